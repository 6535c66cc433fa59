/**
 * Served: the attempts that reached a service, by its own records and what became of their answers.
 *
 * Load is counted here, where it arrives, and not where a caller believes that it sent it.
 *
 * @module
 */
import type { AttemptRecord } from 'truce/telemetry'
import type { Delivery } from '../deliveries-log.js'

export interface ServedAttempt extends Pick<
  AttemptRecord,
  'operation' | 'effect' | 'outcome' | 'certainty' | 'replayed'
> {
  /** Its arrival, epoch ms. */
  readonly t: number
  /** One call is one operation of one order: `ORDER/OPERATION`. */
  readonly call: string
  /** False where the caller had left, or the answer was lost on its way. */
  readonly delivered: boolean
  /** What an admission said that refused it. */
  readonly refused?: Delivery['refused'] | undefined
}

/** @returns in the order of arrival */
export function servedAttempts(records: readonly AttemptRecord[], deliveries: readonly Delivery[]): ServedAttempt[] {
  const ends = new Map(deliveries.map((delivery) => [delivery.id, delivery]))
  const attempts = records.map(
    ({ call, attempt, t, operation, effect, outcome, certainty, replayed }): ServedAttempt => {
      const id = `${call}#${attempt}`
      const end = ends.get(id)
      ends.delete(id)
      const own = { t, call: `${end?.order || id}/${operation}`, operation, effect, outcome, certainty, replayed }
      return { ...own, delivered: end?.delivered ?? false, refused: end?.refused }
    },
  )
  // What is left was never recorded: it died with its process, in the middle of what was rolled back.
  for (const { order, died } of ends.values()) {
    if (!died) continue
    const { operation, effect, t } = died
    const fate = { outcome: 'unavailable', certainty: 'not-applied', delivered: false } as const
    attempts.push({ t, call: `${order}/${operation}`, operation, effect, ...fate })
  }
  return attempts.toSorted((a, b) => a.t - b.t)
}
