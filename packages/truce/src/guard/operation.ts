/**
 * Operation: one named action on a dependency, guarded.
 *
 * @module
 */
import { inContext, inheriting } from '../context/inherit.js'
import type { RetryRules } from '../policy/retry.js'
import { Call } from './call.js'
import { PLAIN } from './call-settings.js'
import type { Core } from './core.js'
import type { Outcome } from './outcome.js'
import { OptionError } from './errors.js'
import { type Guarded, rejected } from './invoke.js'
import { observe, observedOutcome } from './observe.js'
import { type CallRules, callSettings, type RunOptions } from './run-options.js'

declare const standIn: unique symbol

/**
 * A named action on a dependency, guarded: `dependency().operation()` makes it.
 *
 * @typeParam F what its fallback gives; `never` where it has none
 */
export interface Operation<F = never> {
  /** Types only, never there: without it an operation with a fallback would pass for one that has none. */
  readonly [standIn]?: () => F
  /** As it was given. */
  readonly name: string
  /**
   * Calls `fn`, and again where the contract allows it. Resolves with what `fn` gave last (an answer
   * that is a failure, such as a 503 `Response`, as it came), or with what stands in for it; rejects with
   * what it threw last, the same object.
   *
   * @throws BreakerOpenError, OverloadedError, DeadlineError where nothing was sent
   * @throws AttemptTimeoutError where the last attempt took too long
   * @throws the signal's reason where the caller aborted
   * @throws OptionError at once for options that are wrong
   * @example
   * const response = await reserve.run(({ signal, headers }) => fetch(url, { signal, headers }), { key: 'order_1' })
   */
  run<T>(fn: Guarded<T>, options?: RunOptions): Promise<Awaited<T> | F>
  /**
   * The same, and never rejects: `{ ok, value | error, source, quality, age, stop, class, attempts, … }`.
   *
   * @throws OptionError at once for options that are wrong
   */
  outcome<T>(fn: Guarded<T>, options?: RunOptions): Promise<Outcome<Awaited<T> | F>>
}

/** What an operation is made of. */
export interface OperationParts extends CallRules {
  readonly rules: RetryRules
  readonly observes: boolean
  /** Of calls that name no partition. */
  readonly only: Core
  coreOf(partition: string | undefined): Core
}

export function makeOperation<F>(parts: OperationParts): Operation<F> {
  const { only, observes, partitioned } = parts
  const plain = !partitioned && !parts.keys.made && parts.cacheKey.length === 0
  const call = (fn: Guarded<unknown>, options: RunOptions | undefined): Call => {
    if (typeof fn !== 'function') throw new OptionError('fn', fn, 'a function (attempt) => result or promise')
    if (options === undefined && plain) return new Call(only, fn, PLAIN)
    const settings = callSettings(options, parts)
    return new Call(partitioned ? parts.coreOf(settings.partition) : only, fn, settings)
  }
  return Object.freeze<Operation<F>>({
    name: parts.name,
    run<T>(fn: Guarded<T>, options?: RunOptions) {
      const one = call(fn, options)
      if (observes) return observe(one) as Promise<Awaited<T> | F>
      const attempt = one.ready()
      if (attempt === undefined) return one.instead as Promise<Awaited<T> | F>
      // Called from here and not from deeper down: what an error costs that is thrown in there is mostly frames above it.
      let returned: unknown
      try {
        returned = inheriting() ? inContext(attempt, fn) : fn(attempt)
      } catch (error) {
        returned = rejected(error)
      }
      return one.sent(returned) as Promise<Awaited<T> | F>
    },
    outcome: <T>(fn: Guarded<T>, options?: RunOptions) =>
      (observes ? observedOutcome(call(fn, options)) : call(fn, options).outcome()) as Promise<Outcome<Awaited<T> | F>>,
  })
}
