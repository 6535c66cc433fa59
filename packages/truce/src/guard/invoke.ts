/**
 * Invoke: calls the user's function, whatever it does.
 *
 * @module
 */
import { inContext } from '../context/inherit.js'
import type { Attempt } from './attempt.js'

/** What is guarded: anything from an async function to one that throws at once. */
export type Guarded<T> = (attempt: Attempt) => T | PromiseLike<T>

/** One promise for every way to end: a value, a throw, a thenable, a promise of another realm. */
export function invoke(fn: Guarded<unknown>, attempt: Attempt): Promise<unknown> {
  try {
    return promised(inContext(attempt, fn))
  } catch (error) {
    return rejected(error)
  }
}

/** What a function returned. A subclass of Promise may do anything in its `then`, even throw: only native ones are taken as they are. */
export function promised(returned: unknown): Promise<unknown> {
  try {
    return Promise.resolve(returned)
  } catch (error) {
    return rejected(error)
  }
}

/** Whatever was thrown: what a function throws need not be an Error, and is handed on as it is. */
export async function rejected(thrown: unknown): Promise<never> {
  throw thrown
}
