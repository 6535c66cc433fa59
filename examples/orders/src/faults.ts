/**
 * Faults that a service can be told to have, by its admin route.
 *
 * They are what a caller meets in production: errors, slowness, silence, answers lost after the work was
 * done, refusals, capacity gone, a process that dies in the middle of its work. Each lasts for its duration or until it is cleared. Pure: the time is an
 * argument, the service applies what `weather` says.
 *
 * @module
 */

export type Fault =
  | { readonly kind: 'errors'; readonly share: number }
  | { readonly kind: 'slow'; readonly factor: number; readonly share: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'lost-answers'; readonly share: number }
  | { readonly kind: 'outage'; readonly how: 'answer' | 'cut' }
  | { readonly kind: 'workers'; readonly count: number }
  | { readonly kind: 'crash' }

/** A fault as it is put on a service; without `until` it lasts until cleared. Times in epoch ms. */
export interface ActiveFault {
  readonly label: string
  readonly fault: Fault
  readonly from: number
  readonly until?: number
}

/** What all active faults together do to an attempt that arrives now. */
export interface Weather {
  readonly errors: number
  readonly slow: readonly { factor: number; share: number }[]
  readonly hang: boolean
  readonly lostAnswers: number
  readonly outage?: 'answer' | 'cut'
  readonly workers?: number
  readonly crash: boolean
}

export function weather(active: readonly ActiveFault[], now: number): Weather {
  const faults = active.filter((one) => one.from <= now && now < (one.until ?? Infinity)).map((one) => one.fault)
  const only = <K extends Fault['kind']>(kind: K) =>
    faults.filter((fault): fault is Extract<Fault, { kind: K }> => fault.kind === kind)
  const outage = only('outage')[0]?.how
  const workers = only('workers')[0]?.count
  return {
    errors: Math.max(0, ...only('errors').map((fault) => fault.share)),
    slow: only('slow'),
    hang: only('hang').length > 0,
    lostAnswers: Math.max(0, ...only('lost-answers').map((fault) => fault.share)),
    crash: only('crash').length > 0,
    ...(outage && { outage }),
    ...(workers !== undefined && { workers }),
  }
}

/** The factor on one attempt's service time. */
export function slowness(slow: Weather['slow'], random: () => number): number {
  return slow.reduce((product, { factor, share }) => (random() < share ? product * factor : product), 1)
}

/** A request to the admin route: a fault, a label to find it by, and `for` in ms. */
export interface FaultRequest {
  readonly label: string
  readonly for?: number
  readonly fault: Fault
}

/** @throws {Error} that says which field is wrong and what is allowed */
export function parseFaultRequest(body: unknown): FaultRequest {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const lasts = fields['for']
  if (lasts !== undefined && !(typeof lasts === 'number' && lasts > 0)) {
    throw new Error(`"for" is ${JSON.stringify(lasts)}: give a number of ms above 0, or leave it out until cleared`)
  }
  const fault = parseFault(fields)
  const label = typeof fields['label'] === 'string' ? fields['label'] : fault.kind
  return { label, fault, ...(lasts !== undefined && { for: lasts }) }
}

function parseFault(fields: Record<string, unknown>): Fault {
  const number = (name: string, least: number, most: number, otherwise?: number) => {
    const value = fields[name] ?? otherwise
    if (typeof value === 'number' && value >= least && value <= most) return value
    throw new Error(
      `"${name}" is ${JSON.stringify(value)}: a ${String(fields['kind'])} fault needs ${least} to ${most}`,
    )
  }
  switch (fields['kind']) {
    case 'errors':
      return { kind: 'errors', share: number('share', 0, 1) }
    case 'slow':
      return { kind: 'slow', factor: number('factor', 1, 10_000), share: number('share', 0, 1, 1) }
    case 'hang':
      return { kind: 'hang' }
    case 'lost-answers':
      return { kind: 'lost-answers', share: number('share', 0, 1) }
    case 'outage':
      return { kind: 'outage', how: fields['how'] === 'cut' ? 'cut' : 'answer' }
    case 'workers':
      return { kind: 'workers', count: number('count', 0, 10_000) }
    case 'crash':
      return { kind: 'crash' }
    default:
      throw new Error(
        `"kind" is ${JSON.stringify(fields['kind'])}: give errors, slow, hang, lost-answers, outage, workers or crash`,
      )
  }
}
