/**
 * Case g: retry and breaker with inheritance, and what inheritance costs before anybody uses it.
 *
 * AsyncLocalStorage makes every promise of a process dearer and cannot be undone, so these cases have a
 * process of their own, and there the order matters: `plain` first.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Case, fn, type Loop } from '../case.js'

const SETTINGS = { effect: 'read', attemptTimeout: 'none', deadline: 'none', backoff: 'none', attempts: 3 } as const

/** `bare` as it is in a process that has not loaded truce yet. */
export const alone: Loop = async (calls) => {
  while (calls-- > 0) await fn()
}

/** The same with truce loaded and used, but no inheritance asked for by anybody. */
export async function beforeFirstUse(): Promise<Case> {
  const { dependency } = await import('truce')
  const both = dependency('g-before', { breaker: {}, budget: 'none', governor: 'none' }).operation('call', SETTINGS)
  return {
    name: 'g-before',
    what: 'a bare call with truce in use, inheritance not',
    contenders: {
      bare: async (calls) => {
        while (calls-- > 0) await fn()
      },
      truce: async (calls) => {
        while (calls-- > 0) await both.run(fn)
      },
    },
  }
}

/** Starts inheritance: nothing in this process is what it was. */
export async function inherited(): Promise<Case> {
  const { dependency } = await import('truce')
  const options = { breaker: {}, budget: 'none', governor: 'none', inherit: true } as const
  const both = dependency('g', options).operation('call', SETTINGS)
  const storage = new AsyncLocalStorage<object>()
  const request = {}
  return {
    name: 'g',
    what: 'retry + breaker with inheritance on, inside AsyncLocalStorage',
    contenders: {
      bare: (calls) =>
        storage.run(request, async () => {
          while (calls-- > 0) await fn()
        }),
      truce: (calls) =>
        storage.run(request, async () => {
          while (calls-- > 0) await both.run(fn)
        }),
    },
  }
}
