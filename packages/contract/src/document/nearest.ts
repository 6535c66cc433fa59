/**
 * Nearest: the known name that a misspelt one is closest to.
 *
 * @module
 */

/** @returns the known name with the fewest letters to change; `undefined` where none is near */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  const lower = word.slice(0, 100).toLowerCase()
  for (const candidate of known) {
    const letters = distance(lower, candidate.toLowerCase())
    if (letters < least) [best, least] = [candidate, letters]
  }
  return best !== undefined && least <= Math.max(1, Math.floor(best.length / 3)) ? best : undefined
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
export function distance(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      let letters = Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1)
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      if (swapped) letters = Math.min(letters, (before[j - 2] as number) + 1)
      next.push(letters)
    }
    before = row
    row = next
  }
  return row[to.length] as number
}
