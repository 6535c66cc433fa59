/**
 * Saying: what a check of a scenario says, and of which place.
 *
 * @module
 */
import { nearest } from '@truce/contract/document'

export type Path = readonly (string | number)[]
export type Say = (path: Path, message: string, fix: string) => void

/** What to write instead of an unknown name. */
export function meant(word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  return near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`
}
