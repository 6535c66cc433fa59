/**
 * The figures of one half, from what its services left behind; only who was sent, and when it was answered, is
 * known by the driver alone. What each figure means is written in the README.
 *
 * @module
 */
import type { Sent } from '../drive.js'
import { type AdmissionFigures, admissionFigures } from './admission.js'
import type { FaultWindow, OrderRow, Remains } from './read.js'
import { type Outcome, recoveredAfter } from './recovery.js'
import { type Repeats, repeats } from './repeats.js'

export interface FaultFigures {
  readonly label: string
  readonly orders: number
  readonly finalSuccess: number
  readonly answeredAtOnce: number
  readonly amplification: number
  readonly recoveredAfterMs: number | null
  /** The same for orders confirmed in their first answer. */
  readonly atOnceAgainAfterMs: number | null
}

export interface Figures extends Repeats {
  readonly orders: number
  readonly finalSuccess: number
  readonly answeredAtOnce: number
  readonly firstAttemptSuccess: number
  readonly attempts: number
  readonly calls: number
  readonly amplification: number
  readonly peakAttemptsPerSecond: number
  readonly duplicates: number
  readonly duplicateFulfilments: number
  /** Pieces that are gone without a reservation, or reserved and still there. */
  readonly stockAstray: number
  readonly lost: number
  /** Reserved, though the user was told that the order failed. */
  readonly orphans: number
  /** Confirmed in the first answer, before the first fault. */
  readonly healthySuccess: number
  /** How late the driver's timers ran, 99 %. */
  readonly lateMs: number
  readonly answer: { readonly p50Ms: number; readonly p99Ms: number }
  readonly stops: Readonly<Record<string, number>>
  readonly admission: AdmissionFigures
  readonly faults: readonly FaultFigures[]
}

/** An order as all three services and its user saw it. */
export interface OrderFate {
  readonly at: number
  /** Confirmed, with exactly one reservation. */
  readonly good: boolean
  /** Good, and its user heard so in the first answer. */
  readonly atOnce: boolean
  readonly duplicate: boolean
  readonly fulfilledTwice: boolean
  readonly lost: boolean
  readonly orphan: boolean
}

export function fates(sent: readonly Sent[], remains: Remains): OrderFate[] {
  const rows = new Map(remains.orders.map((row) => [row.id, row]))
  return sent.map(({ id, at, status }) => {
    const row = rows.get(id)
    const reservations = remains.reservations.get(id) ?? 0
    const fulfilments = remains.fulfilments.get(id) ?? 0
    const confirmed = row?.state === 'confirmed'
    const good = confirmed && reservations === 1
    const promised = row?.told === 'confirmed' || row?.told === 'pending'
    return {
      at,
      good,
      atOnce: good && status === 201,
      duplicate: reservations > 1,
      fulfilledTwice: fulfilments > 1,
      lost: promised && !(confirmed && reservations > 0 && fulfilments > 0),
      orphan: reservations > 0 && !promised,
    }
  })
}

/** Recovery is looked for this long after each fault, as far as the plan leaves room. */
const WATCH_MS = 3_000
/** An order sent this shortly before a fault meets it, and says nothing of the time before. */
const SHORTLY_MS = 400

/** @param quiet when arrivals pause or end, epoch ms */
export function figures(sent: readonly Sent[], remains: Remains, quiet: readonly number[], lateMs = 0): Figures {
  const all = fates(sent, remains)
  const calls = callsOf(remains.orders)
  const attempts = remains.attempts
  const times = sent.flatMap(({ ms }) => (ms === undefined ? [] : [ms])).toSorted((a, b) => a - b)
  const faultless = all.filter(({ at }) => at < (remains.faults[0]?.from ?? Infinity) - SHORTLY_MS)
  return {
    orders: all.length,
    finalSuccess: share(all, ({ good }) => good),
    answeredAtOnce: share(all, ({ atOnce }) => atOnce),
    firstAttemptSuccess: ratio(firstAttemptSuccesses(remains), calls.length),
    attempts: attempts.length,
    calls: calls.length,
    amplification: ratio(attempts.length, calls.length),
    peakAttemptsPerSecond: peakPerSecond(attempts.map(({ t }) => t)),
    duplicates: all.filter(({ duplicate }) => duplicate).length,
    duplicateFulfilments: all.filter(({ fulfilledTwice }) => fulfilledTwice).length,
    stockAstray: remains.stockAstray,
    ...repeats([...attempts, ...remains.warehouseAttempts], remains.executions),
    lost: all.filter(({ lost }) => lost).length,
    orphans: all.filter(({ orphan }) => orphan).length,
    healthySuccess: share(faultless, ({ atOnce }) => atOnce),
    lateMs: Math.round(lateMs),
    answer: { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) },
    stops: remains.stops,
    admission: admissionFigures(attempts),
    faults: remains.faults.map((fault, i) => {
      const next = (remains.faults[i + 1]?.from ?? Infinity) - SHORTLY_MS
      const until = Math.min(fault.until + WATCH_MS, next, ...quiet.filter((at) => at >= fault.until))
      return faultFigures(fault, until, all, calls, attempts)
    }),
  }
}

function faultFigures(
  fault: FaultWindow,
  until: number,
  all: readonly OrderFate[],
  calls: readonly number[],
  attempts: readonly { readonly t: number }[],
): FaultFigures {
  const within = (at: number) => fault.from <= at && at < fault.until
  const during = all.filter(({ at }) => within(at))
  const recovery = (good: (fate: OrderFate) => boolean) =>
    recoveredAfter(
      all.map((fate): Outcome => ({ at: fate.at, good: good(fate) })),
      fault.until,
      until,
    ) ?? null
  return {
    label: fault.label,
    orders: during.length,
    finalSuccess: share(during, ({ good }) => good),
    answeredAtOnce: share(during, ({ atOnce }) => atOnce),
    amplification: ratio(attempts.filter(({ t }) => within(t)).length, calls.filter(within).length),
    recoveredAfterMs: recovery(({ good }) => good),
    atOnceAgainAfterMs: recovery(({ atOnce }) => atOnce),
  }
}

/** When each call for the inventory was first wished: at most two an order. */
function callsOf(orders: readonly OrderRow[]): number[] {
  return orders.flatMap(({ availabilityAt, reserveAt }) => [availabilityAt, reserveAt]).filter((at) => at !== null)
}

/** Calls whose first attempt reached the inventory, did its work, and was answered while the caller waited. */
function firstAttemptSuccesses({ attempts }: Remains): number {
  const seen = new Set<string>()
  let successes = 0
  for (const { call, outcome, delivered } of attempts) {
    if (seen.has(call)) continue
    seen.add(call)
    if (outcome === 'ok' && delivered) successes++
  }
  return successes
}

function peakPerSecond(times: readonly number[]): number {
  const seconds = new Map<number, number>()
  for (const t of times) seconds.set(Math.floor(t / 1_000), (seconds.get(Math.floor(t / 1_000)) ?? 0) + 1)
  return Math.max(0, ...seconds.values())
}

const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
const share = <T>(all: readonly T[], holds: (one: T) => boolean) => ratio(all.filter(holds).length, all.length)
const quantile = (sorted: readonly number[], q: number) => Math.round(sorted[Math.floor(q * (sorted.length - 1))] ?? 0)
