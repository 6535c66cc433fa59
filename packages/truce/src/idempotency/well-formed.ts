/**
 * Well-formed: text whose every surrogate has its other half.
 *
 * Half a pair has no UTF-8: two texts that differ in it hash alike, and a store gives it back as U+FFFD. A pattern
 * that looks for it reads a result of 512 characters ten times as long.
 *
 * @module
 */

export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}
