/**
 * Admission: what the inventory refused before any work, and what became of the places that it gave.
 *
 * @module
 */
import type { ServedAttempt } from './served.js'

export interface AdmissionFigures {
  /** Attempts that were refused, by reason. */
  readonly refused: Readonly<Record<string, number>>
  /** Of these, those that were told when their place comes up. */
  readonly placed: number
  /** Of these, those whose call came again, and was served. */
  readonly served: number
}

/** @param attempts in the order of their arrival */
export function admissionFigures(attempts: readonly ServedAttempt[]): AdmissionFigures {
  const refused: Record<string, number> = {}
  /** Calls that wait for their place. */
  const waiting = new Set<string>()
  let placed = 0
  let served = 0
  for (const { call, outcome, refused: said } of attempts) {
    if (outcome === 'ok' && waiting.delete(call)) served++
    if (said?.reason === undefined) continue
    refused[said.reason] = (refused[said.reason] ?? 0) + 1
    if (said.slot === undefined || waiting.has(call)) continue
    placed++
    waiting.add(call)
  }
  return { refused, placed, served }
}
