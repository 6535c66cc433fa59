/**
 * Surroundings: the async context of whoever made a call, for the attempts that start later.
 *
 * All calls share one wheel and one queue: a retry starts in the turn of whichever call armed the
 * alarm, or left the slot. Without this it would run with that call's tenant, trace and logger.
 *
 * @module
 */
import type { AsyncResource } from 'node:async_hooks'

/** Written out: a page that uses Truce has no types of Node. */
export interface Surroundings {
  runInAsyncScope<Args extends unknown[], Result>(fn: (...args: Args) => Result, self: undefined, ...args: Args): Result
}

let Resource: typeof AsyncResource | null | undefined

/** Where this code runs now; `undefined` where the runtime has no async context. It starts none. */
export function surroundings(): Surroundings | undefined {
  if (Resource === undefined) Resource = load()
  return Resource === null ? undefined : new Resource('TRUCE_CALL', MANUAL)
}
const MANUAL = { requireManualDestroy: true }

function load(): typeof AsyncResource | null {
  const builtin = typeof process === 'object' ? process.getBuiltinModule?.('node:async_hooks') : undefined
  return builtin?.AsyncResource ?? null
}

/** Runs `go` as its caller: with the tenant, trace and logger of whoever made the call; here, where none is known. */
export function runIn(home: Surroundings | undefined, go: () => unknown): void {
  if (home) home.runInAsyncScope(go, undefined)
  else go()
}
