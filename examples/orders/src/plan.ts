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
  /** The inventory's process dies in the middle of a reservation, and comes back: before its fault. */
  readonly crash?: true
  readonly inventory?: Fault
  /** One after the other. */
  readonly warehouse?: readonly Stage[]
  /** Some users press again. */
  readonly impatient?: true
}

/** A part of a fault's time, ms from its start. */
export interface Stage {
  readonly after: number
  readonly for: number
  readonly fault: Fault
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

/** First the warehouse loses answers as well, then it is down. */
const lostAnswers = (lasts: number): Wanted => ({
  label: 'lost answers, warehouse down',
  for: lasts,
  inventory: { kind: 'lost-answers', share: 0.15 },
  warehouse: [
    { after: 0, for: lasts / 3, fault: { kind: 'lost-answers', share: 0.5 } },
    { after: lasts / 3, for: (2 * lasts) / 3, fault: { kind: 'outage', how: 'answer' } },
  ],
  impatient: true,
})
const outage: Wanted = { label: 'outage', for: 8_000, crash: true, inventory: { kind: 'outage', how: 'answer' } }
const freeze: Wanted = { label: 'freeze', for: 3_000, inventory: { kind: 'hang' } }

/** From what a retry storm survives to what it does not come back from: a half that has collapsed can lose no more. */
const FULL: readonly Wanted[] = [
  lostAnswers(6_000),
  { label: 'errors 30 %', for: 6_000, inventory: { kind: 'errors', share: 0.3 } },
  outage,
  { label: '3 % of calls 20 × slow', for: 6_000, inventory: { kind: 'slow', factor: 20, share: 0.03 } },
  { label: '3 of 8 workers', for: 5_000, inventory: { kind: 'workers', count: 3 } },
  { label: 'everything 4 × slow', for: 5_000, inventory: { kind: 'slow', factor: 4, share: 1 } },
  freeze,
]

const QUICK: readonly Wanted[] = [lostAnswers(1_200), { ...outage, for: 2_000 }, { ...freeze, for: 1_000 }]

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
  /** Its user presses twice at once, or, once it is confirmed, again with one more of it. */
  readonly again?: 'twice' | 'changed'
}

const SKUS = 20
/** Of impatient users every eighth presses twice, every fifteenth changes the order. */
const TWICE = 8
const CHANGED = 15

/** Poisson arrivals: orders do not wait for each other, nor for an answer. */
export function arrivals(wanted: Plan, rate: number, seed: number): Arrival[] {
  const random = seeded(seed)
  const orders: Arrival[] = []
  let impatient = 0
  for (let at = 0; ;) {
    at += (-Math.log(1 - random()) * 1_000) / rate
    const pause = wanted.pauses.find(({ from, until }) => from <= at && at < until)
    if (pause) at = pause.until
    if (at >= wanted.lasts) return orders
    const within = wanted.faults.find((fault) => fault.at <= at && at < fault.at + fault.for)
    const again = within?.impatient && pressedAgain(++impatient)
    orders.push({
      id: `order_${orders.length + 1}`,
      at,
      sku: `sku_${Math.floor(random() * SKUS)}`,
      quantity: 1 + Math.floor(random() * 3),
      ...(again && { again }),
    })
  }
}

/** By count and not by chance: a short run has some of each as well. */
function pressedAgain(nth: number): Arrival['again'] {
  if (nth % CHANGED === 0) return 'changed'
  return nth % TWICE === 0 ? 'twice' : undefined
}
