/**
 * Inheritance: the context of the attempt in which a call is made, without handing it on.
 *
 * AsyncLocalStorage makes every promise of the process 2.3–3.7 × dearer on Node 20 and 22, and
 * disabling it does not undo that. So it begins with the first guard that asks for it, never by
 * import; an explicit `context` works without it.
 *
 * @module
 */
import type { AsyncLocalStorage } from 'node:async_hooks'
import type { CallContext } from './context.js'

let storage: AsyncLocalStorage<CallContext> | undefined

/**
 * Starts inheritance in this process.
 *
 * @throws Error where the runtime has no AsyncLocalStorage: hand `{ context: attempt }` on there
 */
export function startInheritance(): void {
  if (storage) return
  const builtin = typeof process === 'object' ? process.getBuiltinModule?.('node:async_hooks') : undefined
  if (!builtin) {
    throw new Error('inherit needs AsyncLocalStorage (Node ≥ 20.16); here, pass { context: attempt } to run() instead')
  }
  storage = new builtin.AsyncLocalStorage()
}

/** Has any guard of this process asked for it? Then all take part: one that did not would hide its layer. */
export function inheriting(): boolean {
  return storage !== undefined
}

/** The context that this code runs in, if inheritance was started. */
export function inherited(): CallContext | undefined {
  return storage?.getStore()
}

/** Calls `fn` with a context, and in it. */
export function inContext<C extends CallContext, T>(context: C, fn: (context: C) => T): T {
  return storage ? storage.run(context, fn, context) : fn(context)
}
