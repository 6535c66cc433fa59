/**
 * Sleepers: duplicates of this process that wait for a record to change.
 *
 * @module
 */

/** ms. Longest delay that timers take; a longer one rings at once. To wake too early does no harm. */
const LONGEST = 2 ** 31 - 1

export interface Sleeper {
  /** Ends when it is woken, when the signal aborts, and at the latest when its time is over. */
  readonly asleep: Promise<void>
  readonly wake: () => void
  /** Its time is over in `ms` from now. */
  readonly within: (ms: number) => void
}

export interface Sleepers {
  sleep(scope: string, ms: number, signal: AbortSignal): Sleeper
  /** Wakes all of a record. */
  wake(scope: string): void
  wakeAll(): void
  isEmpty(): boolean
}

export function sleepers(): Sleepers {
  const scopes = new Map<string, Set<() => void>>()

  function wake(scope: string): void {
    for (const each of scopes.get(scope) ?? []) each()
  }

  return {
    sleep(scope, ms, signal) {
      const beside = scopes.get(scope) ?? new Set()
      scopes.set(scope, beside.add(rise))
      signal.addEventListener('abort', rise)
      let timer = setTimeout(rise, Math.min(ms, LONGEST))
      let woken: () => void = () => undefined
      const asleep = new Promise<void>((resolve) => (woken = resolve))
      if (signal.aborted) rise()

      function rise(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', rise)
        beside.delete(rise)
        if (beside.size === 0 && scopes.get(scope) === beside) scopes.delete(scope)
        woken()
      }
      return {
        asleep,
        wake: rise,
        within(left) {
          if (!beside.has(rise)) return
          clearTimeout(timer)
          timer = setTimeout(rise, Math.min(left, LONGEST))
        },
      }
    },
    wake,
    wakeAll() {
      for (const scope of scopes.keys()) wake(scope)
    },
    isEmpty: () => scopes.size === 0,
  }
}
