/**
 * Options that are times, or learned from how long answers take.
 *
 * @module
 */
import { ADAPTIVE_TIMEOUT, type AdaptiveTimeoutSettings } from '../../policy/attempt-timeout.js'
import { OptionError } from '../errors.js'
import { knownOptions, wholeNumber } from './check.js'
import { type Duration, duration } from '../../options/units.js'

/** Where the attempt timeout is learned from how long answers take. */
export interface AdaptiveTimeoutOptions {
  /** Of the times that answers take, in (0, 1). Default 0.99. */
  quantile?: number | undefined
  /** So much longer than the quantile, as a share of it. Default 0.5: one and a half times. */
  margin?: number | undefined
  /** Never less. Default 50 ms. */
  min?: Duration | undefined
  /** Never more, and what counts until enough is known. Default: the preset's attempt timeout. */
  max?: Duration | undefined
}

/** When a second attempt goes out beside one that is late. The first to answer counts; both are paid for. */
export interface HedgeOptions {
  /** A second attempt goes out when the first has not answered after so long; or later than that share of answers. */
  after: Duration | { quantile: number }
  /** Hedges of one call. Default 1. */
  max?: number | undefined
}

export function timeLimit(given: Duration | 'none' | undefined, preset: number, option: string): number {
  if (given === undefined) return preset
  if (given === 'none' || given === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  const ms = duration(given, option)
  if (ms <= 0) throw new OptionError(option, given, "more than 0, or 'none'")
  return ms
}

export function adaptiveTimeout(
  given: Duration | 'none' | AdaptiveTimeoutOptions | undefined,
  preset: number,
): AdaptiveTimeoutSettings | undefined {
  if (typeof given !== 'object') return undefined
  knownOptions(given, ['quantile', 'margin', 'min', 'max'], 'attemptTimeout', ", a duration, or 'none'")
  const max = timeLimit(given.max, preset, 'attemptTimeout.max')
  if (max === Number.POSITIVE_INFINITY) throw new OptionError('attemptTimeout.max', given.max, 'a duration')
  const min = given.min === undefined ? Math.min(max, ADAPTIVE_TIMEOUT.min) : duration(given.min, 'attemptTimeout.min')
  if (!(min > 0 && min <= max)) throw new OptionError('attemptTimeout.min', given.min, `more than 0, at most ${max} ms`)
  const margin = given.margin ?? ADAPTIVE_TIMEOUT.margin
  if (!(typeof margin === 'number' && margin >= 0 && margin < Number.POSITIVE_INFINITY)) {
    throw new OptionError('attemptTimeout.margin', margin, 'a number of at least 0: 0.5 is half as long again')
  }
  return {
    quantile: quantile(given.quantile ?? ADAPTIVE_TIMEOUT.quantile, 'attemptTimeout.quantile'),
    margin,
    min,
    max,
  }
}

function quantile(given: unknown, option: string): number {
  if (typeof given === 'number' && given > 0 && given < 1) return given
  throw new OptionError(option, given, 'a number between 0 and 1, such as 0.95')
}

/** Checked: after so many ms, or after that quantile of the answers; `max` hedges a call. */
export interface HedgeSettings {
  readonly after: number | undefined
  readonly quantile: number | undefined
  readonly max: number
}

/**
 * @param attempts of a call, its hedges among them @param longest what an attempt may take at the most, ms
 * @throws OptionError also for a hedge that could never go out
 */
export function hedgeSettings(
  given: HedgeOptions | undefined,
  attempts: number,
  longest: number,
): HedgeSettings | undefined {
  if (given === undefined) return undefined
  knownOptions(given, ['after', 'max'], 'hedge')
  if (attempts === 1) throw new OptionError('hedge', given, 'nothing with attempts: 1, for a hedge is an attempt too')
  const max = wholeNumber(given.max ?? 1, 'hedge.max', 1)
  if (typeof given.after === 'object' && given.after !== null) {
    knownOptions(given.after, ['quantile'], 'hedge.after', ', or a duration')
    return { after: undefined, quantile: quantile(given.after.quantile, 'hedge.after.quantile'), max }
  }
  const after = duration(given.after, 'hedge.after')
  if (after <= 0) throw new OptionError('hedge.after', given.after, 'more than 0, or { quantile }')
  if (after >= longest) {
    const late = `less than the ${longest} ms that an attempt may take (attemptTimeout, deadline), or it never goes out`
    throw new OptionError('hedge.after', given.after, late)
  }
  return { after, quantile: undefined, max }
}
