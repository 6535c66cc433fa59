/**
 * Check: options are wrong at construction or never.
 *
 * A misspelt `atempts` that is silently ignored is found in the outage it was written for. Plain
 * JavaScript has no compiler to say so, hence every name and value is checked once, at construction.
 *
 * @module
 */
import { OptionError } from '../errors.js'
import { advice } from './advice.js'

/** @throws OptionError where an option's name is not known, naming the nearest one that is */
export function knownOptions(options: unknown, known: readonly string[], where: string, or = ''): void {
  if (options !== undefined) neededOptions(options, known, where, or)
}

/** The same where they cannot be left out. @throws OptionError */
export function neededOptions(options: unknown, known: readonly string[], where: string, or = ''): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new OptionError(where, options, `an object with ${known.join(', ')}${or}`)
  }
  for (const given of Object.keys(options)) {
    if (known.includes(given)) continue
    const value: unknown = options[given as keyof typeof options]
    throw new OptionError(`${where}.${given}`, value, `no such option; ${advice(given, known, where)}`)
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
