/**
 * Repeats: what became of answers that were lost and of orders that came again.
 *
 * @module
 */
import type { Execution } from '../executions-log.js'
import type { ServedAttempt } from './served.js'

export interface Repeats {
  /** Reservations and fulfilments that were done and whose answer did not arrive. */
  readonly lostAnswers: number
  /** Of these, the ones whose caller got the first result later: replayed, or found by asking what was done. */
  readonly repaired: number
  /** Keyed calls that got the result of an earlier one. */
  readonly replays: number
  /** Keys that came with something else. */
  readonly conflicts: number
}

/** @param attempts of inventory and warehouse, each in the order of arrival */
export function repeats(attempts: readonly ServedAttempt[], executions: readonly Execution[]): Repeats {
  const lost = new Set<string>()
  const heard = new Set<string>()
  for (const { call, effect, operation, certainty, delivered, replayed } of attempts) {
    if (effect !== 'write' || operation === 'event' || certainty !== 'applied') continue
    if (!replayed && !delivered) lost.add(call)
    if (replayed && delivered) heard.add(call)
  }
  const ended = (end: Execution['end']) => executions.filter((one) => one.end === end).length
  return {
    lostAnswers: lost.size,
    repaired: [...lost].filter((call) => heard.has(call)).length + ended('reconciled'),
    replays: ended('replayed'),
    conflicts: ended('conflict'),
  }
}
