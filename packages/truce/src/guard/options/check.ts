/**
 * Check: options are wrong at construction or never.
 *
 * A misspelt `atempts` that is silently ignored is found in the outage it was written for. Plain
 * JavaScript has no compiler to say so, hence every name and value is checked once, at construction.
 *
 * @module
 */
import { OptionError } from '../errors.js'

/** @throws OptionError where an option's name is not known, naming the nearest one that is */
export function knownOptions(options: unknown, known: readonly string[], where: string, or = ''): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new OptionError(where, options, `an object with ${known.join(', ')}${or}`)
  }
  for (const given of Object.keys(options)) {
    if (known.includes(given)) continue
    const value: unknown = options[given as keyof typeof options]
    throw new OptionError(`${where}.${given}`, value, `no such option; ${advice(given, known)}`)
  }
}

export function wholeNumber(value: unknown, option: string, least: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value
  throw new OptionError(option, value, `a whole number of at least ${least}`)
}

export function oneOf<T extends string>(value: unknown, option: string, allowed: readonly T[]): T {
  if (allowed.includes(value as T)) return value as T
  throw new OptionError(option, value, allowed.map((word) => `'${word}'`).join(', '))
}

export function name(value: unknown, option: string): string {
  if (typeof value === 'string' && value.length > 0) return value
  throw new OptionError(option, value, 'a non-empty string')
}

export function flag(value: unknown, option: string): boolean {
  if (typeof value === 'boolean') return value
  throw new OptionError(option, value, 'true or false')
}

/** A guess where it is near; else a list, for a wrong guess sends a reader astray. */
function advice(word: string, known: readonly string[]): string {
  const guess = nearest(word, known)
  const near = distance(word.toLowerCase(), guess.toLowerCase()) <= Math.max(2, Math.floor(guess.length / 3))
  return near ? `did you mean ${guess}?` : `there are ${known.join(', ')}`
}

/** The known name with the fewest letters to change. */
export function nearest(word: string, known: readonly string[]): string {
  return known.reduce((best, candidate) => (distance(word, candidate) < distance(word, best) ? candidate : best))
}

/** Letters to insert, delete or replace (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[to.length] as number
}
