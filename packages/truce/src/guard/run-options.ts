/**
 * Run options: what one call says of itself.
 *
 * @module
 */
import type { CallContext } from '../context/context.js'
import type { RetryRules } from '../policy/retry.js'
import { type CallSettings, context, PLAIN, signal } from './call-settings.js'
import { OptionError } from './errors.js'
import { keyed } from './keyed.js'
import { knownOptions, name } from './options/check.js'
import type { KeyRules } from './options/idempotency-options.js'
import { OF_RUN } from './options/names.js'
import { type Duration, duration } from '../options/units.js'

/** What one call says of itself. */
export interface RunOptions {
  /**
   * Idempotency key: makes a write safe to repeat where the dependency honours it (`idempotency: {}` of the operation,
   * a profile, or a peer). 1 to 255 printable ASCII characters.
   */
  key?: string | undefined
  /**
   * How old the key is already; a key past the operation's window is not repeated. Default: what a UUID of version 7
   * says itself, else 0. `none`: its date is of something else.
   */
  age?: Duration | 'none' | undefined
  /** The caller's own abort. Its reason is what `run()` rejects with. */
  signal?: AbortSignal | undefined
  /** `background`: refusals for want of room wait. Default: the operation's. */
  urgency?: 'interactive' | 'background' | undefined
  /** Time for the whole call; the operation's and the caller's above hold as well, the smallest counts. */
  deadline?: Duration | undefined
  /** The attempt in which this call is made; without it, the inherited one where inheritance is on. */
  context?: CallContext | undefined
  /** `false`: what is sent can be sent only once (a stream). Default true. */
  replayable?: boolean | undefined
  /** Which part of the dependency is called, where it is partitioned: the host, tenant or shard. */
  partition?: string | undefined
  /** What the answer depends on, by the names that the operation's `cached.key` lists. */
  cacheKey?: Readonly<Record<string, string | number>> | undefined
}

const NAMES: readonly (keyof RunOptions)[] = OF_RUN

/** What of an operation decides which options its calls may and must have. */
export interface CallRules {
  /** The operation's, for messages. */
  readonly name: string
  readonly rules: RetryRules
  readonly keys: KeyRules
  readonly cacheKey: readonly string[]
  readonly partitioned: boolean
  /** The wall clock, ms. */
  readonly epoch: () => number
}

/** @throws OptionError naming the option, its value and what is allowed */
export function callSettings(options: RunOptions | undefined, of: CallRules): CallSettings {
  if (options === undefined) {
    if (of.partitioned || of.keys.made || of.cacheKey.length > 0) return callSettings({}, of)
    return PLAIN
  }
  knownOptions(options, NAMES, 'run')
  const { key, age, deadline, replayable = true } = options
  if (typeof replayable !== 'boolean') throw new OptionError('replayable', replayable, 'true or false')
  const own = keyed(key, age, of.keys, of.epoch)
  return {
    key: own.key,
    age: own.age,
    sent: own.sent,
    signal: signal(options.signal),
    // What an attempt above has left may be no limit at all.
    deadline:
      deadline === undefined || deadline === Number.POSITIVE_INFINITY
        ? Number.POSITIVE_INFINITY
        : duration(deadline, 'deadline'),
    context: context(options.context),
    replayable,
    rules: rulesFor(options.urgency, of.rules),
    partition: partition(options.partition, of),
    cacheKey: cacheKey(options.cacheKey, of.cacheKey, options.partition),
  }
}

function partition(given: string | undefined, of: CallRules): string | undefined {
  if (of.partitioned) {
    if (given !== undefined) return name(given, 'partition')
    const which = `a string that says which host, tenant or shard '${of.name}' is for: run(fn, { partition })`
    throw new OptionError('partition', given, which)
  }
  if (given === undefined) return undefined
  throw new OptionError('partition', given, 'nothing: the dependency is not partitioned (its option partition)')
}

/** One string for all values; their lengths are in it, or `a` + `bc` would be `ab` + `c`. */
function cacheKey(
  given: RunOptions['cacheKey'],
  names: readonly string[],
  part: string | undefined,
): string | undefined {
  if (names.length === 0) {
    if (given === undefined) return undefined
    throw new OptionError('cacheKey', given, 'nothing: the operation is not cached (exhausted: { cached: … })')
  }
  knownOptions(given ?? {}, names, 'cacheKey')
  let key = part === undefined ? '' : `p${part.length}:${part}`
  for (const each of names) {
    const value = given?.[each]
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new OptionError(`cacheKey.${each}`, value, 'a string or a number: the answer that is kept depends on it')
    }
    const text = `${typeof value === 'number' ? 'n' : 's'}${value}`
    key += `${text.length}:${text}`
  }
  return key
}

function rulesFor(urgency: RunOptions['urgency'], rules: RetryRules): RetryRules | undefined {
  if (urgency === undefined) return undefined
  if (urgency !== 'interactive' && urgency !== 'background') {
    throw new OptionError('urgency', urgency, "'interactive', 'background'")
  }
  const background = urgency === 'background'
  return background === rules.background ? undefined : { ...rules, background }
}
