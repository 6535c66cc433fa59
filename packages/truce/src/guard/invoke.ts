/**
 * Invoke: calls the user's function, whatever it does.
 *
 * @module
 */
import { inContext, inheriting } from '../context/inherit.js'
import type { Surroundings } from '../context/surroundings.js'
import type { Attempt } from './attempt.js'

/** What is guarded: anything from an async function to one that throws at once. */
export type Guarded<T> = (attempt: Attempt) => T | PromiseLike<T>

/**
 * One promise for every way to end: a value, a throw, a thenable, a promise of another realm.
 *
 * @param home where the call was made, for an attempt that starts in another call's turn
 */
export function invoke(fn: Guarded<unknown>, attempt: Attempt, home: Surroundings | undefined): Promise<unknown> {
  try {
    const called = inheriting() ? () => inContext(attempt, () => fn(attempt)) : fn
    // A subclass of Promise may do anything in its `then`, even throw: only native ones are taken as they are.
    return Promise.resolve(home ? home.runInAsyncScope(called, undefined, attempt) : called(attempt))
  } catch (error) {
    return rejected(error)
  }
}

/** Whatever was thrown: what a function throws need not be an Error, and is handed on as it is. */
export async function rejected(thrown: unknown): Promise<never> {
  throw thrown
}
