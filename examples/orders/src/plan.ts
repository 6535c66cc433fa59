/**
 * What happens in each half, second by second: the same arrivals and the same faults, in the same order.
 *
 * @module
 */
import type { Fault } from './faults.js'
import { seeded } from './random.js'

export interface PlannedFault {
  /** What the table calls it. */
  readonly label: string
  /** ms from the start of arrivals. */
  readonly at: number
  readonly for: number
  readonly inventory?: Fault
  readonly warehouse?: Fault
}

export interface Plan {
  readonly faults: readonly PlannedFault[]
  /** Arrivals last this long, ms. */
  readonly lasts: number
  /** No order arrives in these: a collapsed service drains, so that each fault is judged on its own. */
  readonly pauses: readonly { readonly from: number; readonly until: number }[]
  /** Longest wait for what is owed after the last arrival, ms. */
  readonly drain: number
}

export interface PlanOptions {
  readonly quick: boolean
}

type Wanted = Omit<PlannedFault, 'at'>

const lostAnswers: Wanted = {
  label: 'lost answers, warehouse down',
  for: 6_000,
  inventory: { kind: 'lost-answers', share: 0.15 },
  warehouse: { kind: 'outage', how: 'answer' },
}
const outage: Wanted = { label: 'outage', for: 8_000, inventory: { kind: 'outage', how: 'answer' } }
const freeze: Wanted = { label: 'freeze', for: 3_000, inventory: { kind: 'hang' } }

/** From what a retry storm survives to what it does not come back from: a half that has collapsed can lose no more. */
const FULL: readonly Wanted[] = [
  lostAnswers,
  { label: 'errors 30 %', for: 6_000, inventory: { kind: 'errors', share: 0.3 } },
  outage,
  { label: '3 % of calls 20 × slow', for: 6_000, inventory: { kind: 'slow', factor: 20, share: 0.03 } },
  { label: '3 of 8 workers', for: 5_000, inventory: { kind: 'workers', count: 3 } },
  { label: 'everything 4 × slow', for: 5_000, inventory: { kind: 'slow', factor: 4, share: 1 } },
  freeze,
]

const QUICK: readonly Wanted[] = [
  { ...lostAnswers, for: 1_200 },
  { ...outage, for: 2_000 },
  { ...freeze, for: 1_000 },
]

/** From one fault to the next (or to the pause), ms. */
const AFTER = { full: 4_000, quick: 1_800 }

export function plan({ quick }: PlanOptions): Plan {
  const after = quick ? AFTER.quick : AFTER.full
  const pause = quick ? 0 : 3_000
  const pauses: { from: number; until: number }[] = []
  let at = quick ? 1_500 : 5_000
  const faults = (quick ? QUICK : FULL).map((wanted): PlannedFault => {
    const fault = { ...wanted, at }
    const until = at + wanted.for + after
    pauses.push({ from: until, until: until + pause })
    at = until + pause
    return fault
  })
  const lasts = pauses.at(-1)?.from ?? at
  return {
    faults,
    lasts,
    pauses: pauses.filter(({ from, until }) => until > from && from < lasts),
    drain: quick ? 3_000 : 8_000,
  }
}

export interface Arrival {
  readonly id: string
  /** ms from the start. */
  readonly at: number
  readonly sku: string
  readonly quantity: number
}

const SKUS = 20

/** Poisson arrivals: orders do not wait for each other, nor for an answer. */
export function arrivals(wanted: Plan, rate: number, seed: number): Arrival[] {
  const random = seeded(seed)
  const orders: Arrival[] = []
  for (let at = 0; ;) {
    at += (-Math.log(1 - random()) * 1_000) / rate
    const pause = wanted.pauses.find(({ from, until }) => from <= at && at < until)
    if (pause) at = pause.until
    if (at >= wanted.lasts) return orders
    orders.push({
      id: `order_${orders.length + 1}`,
      at,
      sku: `sku_${Math.floor(random() * SKUS)}`,
      quantity: 1 + Math.floor(random() * 3),
    })
  }
}
