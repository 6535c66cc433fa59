/**
 * Options of what stands in when retries end.
 *
 * @module
 */
import type { DegradeRules } from '../../policy/degrade.js'
import { PARTITIONS } from '../../policy/partitions.js'
import { OptionError } from '../errors.js'
import type { Fallback, Quality, StandInSettings } from '../fallback.js'
import { knownOptions, name, neededOptions, oneOf, wholeNumber } from './check.js'
import { type Duration, duration } from '../../options/units.js'

/** The last good answer stands in, where it is fresh enough. It is kept in this process. */
export interface CachedOptions {
  /** An answer may stand in up to this age. */
  maxAge: Duration
  /** Names of what the answer depends on (tenant, SKU); `run(fn, { cacheKey })` gives their values. */
  key: readonly string[]
  /** Answers kept, the least recently used go first. Default 1,000. */
  max?: number | undefined
}

/** When a stand-in is chosen before retries are spent; the first that holds counts. */
export interface DegradeWhen {
  /** Fewer retries than this are left in the budget. */
  budget?: number | undefined
  /** The governor's level is below this; it sheds retries from 2 downwards, originals below 0.8. */
  governor?: number | undefined
  /** The breaker is anything but closed. */
  breaker?: 'shedding' | undefined
  /** Less than this is left of the deadline. */
  remaining?: Duration | undefined
}

/** The part of an operation's options that says what stands in. */
export interface StandInOptions<F> {
  /** What the caller gets when retries end. Default `fail`; with a `fallback`, that. */
  exhausted?: 'fail' | 'fallback' | { cached: CachedOptions } | undefined
  /** Gives something instead of the answer; with `cached`, where no answer is fresh enough. Of low-risk operations only. */
  fallback?: Fallback<F> | { value: Fallback<F>; quality: Quality } | undefined
  /** Do not spend retries where the dependency is known to be in trouble: fall back at once. */
  degradeWhen?: DegradeWhen | undefined
}

const QUALITIES: readonly Quality[] = ['stale', 'partial', 'approximate']

/** @returns `undefined` where nothing stands in @throws OptionError */
export function standInSettings(options: StandInOptions<unknown>, risk: 'high' | 'low'): StandInSettings | undefined {
  const { exhausted, fallback } = options
  if (exhausted !== undefined && typeof exhausted !== 'object') oneOf(exhausted, 'exhausted', ['fail', 'fallback'])
  const wanted = fallback === undefined ? exhausted !== undefined && exhausted !== 'fail' : exhausted !== 'fail'
  if (!wanted) {
    if (fallback === undefined) return undefined
    throw new OptionError('exhausted', exhausted, "'fallback' where a fallback is given")
  }
  if (exhausted === 'fallback' && fallback === undefined) {
    throw new OptionError('fallback', fallback, "a function (failed) => value, for exhausted: 'fallback'")
  }
  if (risk === 'high') {
    const [option, given, instead] =
      fallback === undefined ? (['exhausted', exhausted, "'fail'"] as const) : (['fallback', fallback, 'none'] as const)
    throw new OptionError(
      option,
      given,
      `${instead} for a write of high risk: nothing can stand in for its effect (risk: 'low' says that nobody relies on it)`,
    )
  }
  const cached = typeof exhausted === 'object' ? cachedSettings(exhausted) : { maxAge: undefined, key: [], max: 1 }
  return Object.freeze({ ...cached, ...fallbackSettings(fallback) })
}

function cachedSettings(given: { cached: CachedOptions }) {
  knownOptions(given, ['cached'], 'exhausted', ", 'fail', or 'fallback'")
  const { cached } = given
  neededOptions(cached, ['maxAge', 'key', 'max'], 'exhausted.cached')
  const { maxAge, key, max } = cached
  if (maxAge === undefined) {
    throw new OptionError(
      'exhausted.cached.maxAge',
      maxAge,
      "how old an answer may be, such as '30s': there is no age that fits all",
    )
  }
  if (!Array.isArray(key) || key.length === 0) {
    throw new OptionError('exhausted.cached.key', key, "names of what the answer depends on, such as ['tenant', 'sku']")
  }
  return {
    maxAge: duration(maxAge, 'exhausted.cached.maxAge'),
    key: Object.freeze(key.map((each: unknown) => name(each, 'exhausted.cached.key'))),
    max: wholeNumber(max ?? PARTITIONS.max, 'exhausted.cached.max', 1),
  }
}

function fallbackSettings(given: StandInOptions<unknown>['fallback']): Pick<StandInSettings, 'fallback' | 'quality'> {
  if (given === undefined) return { fallback: undefined, quality: 'approximate' }
  const { value, quality } = typeof given === 'function' ? { value: given, quality: 'approximate' as const } : given
  if (typeof given !== 'function')
    knownOptions(given, ['value', 'quality'], 'fallback', ', or a function (failed) => value')
  if (typeof value !== 'function') throw new OptionError('fallback.value', value, 'a function (failed) => value')
  return { fallback: value, quality: oneOf(quality, 'fallback.quality', QUALITIES) }
}

/** @throws OptionError also where nothing stands in */
export function degradeRules(
  given: DegradeWhen | undefined,
  standIn: StandInSettings | undefined,
): DegradeRules | undefined {
  if (given === undefined) return undefined
  knownOptions(given, ['budget', 'governor', 'breaker', 'remaining'], 'degradeWhen')
  if (standIn === undefined) {
    throw new OptionError(
      'degradeWhen',
      given,
      'nothing without something that stands in: a fallback, or exhausted: { cached: … }',
    )
  }
  const { budget, governor, breaker, remaining } = given
  return Object.freeze({
    ...(budget !== undefined && { budget: wholeNumber(budget, 'degradeWhen.budget', 1) }),
    ...(governor !== undefined && { governor: level(governor) }),
    ...(breaker !== undefined && { breaker: oneOf(breaker, 'degradeWhen.breaker', ['shedding']) }),
    ...(remaining !== undefined && { remaining: duration(remaining, 'degradeWhen.remaining') }),
  })
}

function level(given: unknown): number {
  if (typeof given === 'number' && given > 0 && given <= 2) return given
  throw new OptionError('degradeWhen.governor', given, 'a level of the governor, more than 0 and at most 2')
}
