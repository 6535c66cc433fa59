/**
 * Call settings: what one call says of itself, checked; and the part of it that every guard takes.
 *
 * @module
 */
import type { CallContext } from '../context/context.js'
import type { RetryRules } from '../policy/retry.js'
import { OptionError } from './errors.js'

/** Checked. */
export interface CallSettings {
  readonly key: string | undefined
  /** ms. */
  readonly age: number
  /** The header that carries the key; none where it goes in the body. */
  readonly sent: readonly [name: string, value: string] | undefined
  readonly signal: AbortSignal | undefined
  /** ms; `Infinity` for none. */
  readonly deadline: number
  readonly context: CallContext | undefined
  readonly replayable: boolean
  /** The operation's rules where this call's urgency differs. */
  readonly rules: RetryRules | undefined
  readonly partition: string | undefined
  /** The values of the cache key in one string. */
  readonly cacheKey: string | undefined
}

/** Of a call that says nothing of itself. */
export const PLAIN: CallSettings = Object.freeze({
  key: undefined,
  age: 0,
  sent: undefined,
  signal: undefined,
  deadline: Number.POSITIVE_INFINITY,
  context: undefined,
  replayable: true,
  rules: undefined,
  partition: undefined,
  cacheKey: undefined,
})

/** @throws OptionError @param given what fetch and its like take: `null` is no signal */
export function signal(given: AbortSignal | null | undefined): AbortSignal | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given.addEventListener === 'function') return given
  throw new OptionError('signal', given, 'an AbortSignal')
}

/** @throws OptionError */
export function context(given: CallContext | null | undefined): CallContext | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given.join === 'function' && typeof given.leave === 'function') return given
  throw new OptionError('context', given, 'the attempt that the guarded function was given')
}
