/**
 * Waiters: duplicates that wait for a run of this process, or of another one on the same file.
 *
 * What is written here wakes them at once. SQLite tells no other process of a write: for those the
 * records that somebody waits for are looked at now and then, all by one timer.
 *
 * @module
 */

import { sleepers } from '../sleepers.js'

/** ms. A look is one read by key. */
const EVERY = 20

interface Waiter {
  readonly scope: string
  readonly version: string
  readonly wake: () => void
}

export interface Waiters {
  /** Ends when the record is another than now, at the latest after `ms`. */
  changed(scope: string, ms: number, signal: AbortSignal): Promise<void>
  /** It was written here. */
  wake(scope: string): void
  /** Wakes all. */
  close(): void
}

/** @param versionOf changes with the record; what it throws wakes, and is left to whoever asks next */
export function waitersOn(versionOf: (scope: string) => string): Waiters {
  const asleep = sleepers()
  const waiters = new Set<Waiter>()
  let timer: ReturnType<typeof setInterval> | undefined

  function look(): void {
    const seen = new Map<string, string | undefined>()
    for (const waiter of waiters) {
      if (!seen.has(waiter.scope)) seen.set(waiter.scope, versionNow(waiter.scope))
      if (seen.get(waiter.scope) !== waiter.version) waiter.wake()
    }
  }

  function versionNow(scope: string): string | undefined {
    try {
      return versionOf(scope)
    } catch {
      return undefined
    }
  }

  return {
    async changed(scope, ms, signal) {
      const version = versionNow(scope)
      if (signal.aborted || version === undefined) return
      const sleeper = asleep.sleep(scope, ms, signal)
      const waiter: Waiter = { scope, version, wake: sleeper.wake }
      waiters.add(waiter)
      timer ??= setInterval(look, EVERY)
      await sleeper.asleep
      waiters.delete(waiter)
      if (waiters.size > 0) return
      clearInterval(timer)
      timer = undefined
    },
    wake: (scope) => asleep.wake(scope),
    close: () => asleep.wakeAll(),
  }
}
