/**
 * Operation: one named action on a dependency, guarded.
 *
 * @module
 */
import { Call } from './call.js'
import type { Core } from './core.js'
import { type Outcome, outcomeOf } from './ending.js'
import { OptionError } from './errors.js'
import type { Guarded } from './invoke.js'
import { observe } from './observe.js'
import { callSettings, type RunOptions } from './run-options.js'

export interface Operation {
  readonly name: string
  /**
   * Calls `fn`, and again where the contract allows it. Resolves with what `fn` gave last (an answer
   * that is a failure, such as a 503 `Response`, as it came); rejects with what it threw last, the
   * same object.
   *
   * @throws BreakerOpenError, OverloadedError, DeadlineError where nothing was sent
   * @throws AttemptTimeoutError where the last attempt took too long
   * @throws the signal's reason where the caller aborted
   * @throws OptionError at once for options that are wrong
   * @example
   * const response = await reserve.run(({ signal, headers }) => fetch(url, { signal, headers }), { key: 'order_1' })
   */
  run<T>(fn: Guarded<T>, options?: RunOptions): Promise<Awaited<T>>
  /**
   * The same, and never rejects: `{ ok, value | error, stop, class, attempts, … }`.
   *
   * @throws OptionError at once for options that are wrong
   */
  outcome<T>(fn: Guarded<T>, options?: RunOptions): Promise<Outcome<Awaited<T>>>
}

export function makeOperation(core: Core, observes: boolean): Operation {
  const call = (fn: Guarded<unknown>, options: RunOptions | undefined): Call => {
    if (typeof fn !== 'function') throw new OptionError('fn', fn, 'a function (attempt) => result or promise')
    return new Call(core, fn, callSettings(options, core.rules))
  }
  return Object.freeze<Operation>({
    name: core.operation,
    run: <T>(fn: Guarded<T>, options?: RunOptions) => run(call(fn, options), observes) as Promise<Awaited<T>>,
    outcome: <T>(fn: Guarded<T>, options?: RunOptions) =>
      outcome(call(fn, options), observes) as Promise<Outcome<Awaited<T>>>,
  })
}

async function observed(call: Call): Promise<unknown> {
  await observe(call)
  if (call.threw) throw call.result
  return call.result
}

function run(call: Call, observes: boolean): Promise<unknown> {
  return observes ? observed(call) : call.run()
}

async function outcome(call: Call, observes: boolean): Promise<Outcome<unknown>> {
  return observes ? outcomeOf(call, await observe(call), call.result) : (call.run(true) as Promise<Outcome<unknown>>)
}
