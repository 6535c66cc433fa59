/**
 * Waiting: a duplicate waits for the run that it met.
 *
 * NOTIFY takes a lock of the whole server until its commit is written, so a store that notifies of every
 * end writes one record at a time. Here only the end of a run that somebody waits for is told: who waits
 * flags the record first, on one listening connection for all. What cannot be told (a key in an open
 * transaction has no record to flag, a pool of one connection none to spare) is asked for, soon again.
 *
 * @module
 */
import type { Ask, Database, Listening } from './database.js'
import type { Statements } from './statements.js'

/** ms until the caller asks again where nobody will tell it. */
const SOON = 50
/** The same where it will be told: also a listening connection may be lost without a sign. */
const LATER = 1_000
/** ms for which the connection still listens after the last who waited: the next is often close behind. */
const LINGER = 1_000

export interface Waiting {
  /** Ends when the record may have changed, at the latest after `ms`. */
  readonly changed: (scope: string, ms: number, signal: AbortSignal) => Promise<void>
  readonly close: () => Promise<void>
}

/** @param listens whether to try at all */
export function waitingOn(
  database: Pick<Database<unknown>, 'listen'>,
  ask: Ask,
  { watch }: Pick<Statements, 'watch'>,
  channel: string,
  listens: boolean,
): Waiting {
  const sleepers = new Map<string, Set<() => void>>()
  let isUp = false
  let listening: Promise<Listening | undefined> | undefined
  let lingering: NodeJS.Timeout | undefined
  let isClosed = false

  function wake(scope: string): void {
    for (const wakes of sleepers.get(scope) ?? []) wakes()
  }

  function wakeAll(): void {
    for (const scope of sleepers.keys()) wake(scope)
  }

  /** What was flagged before may have ended unheard. */
  function up(is: boolean): void {
    isUp = is
    if (!is) listening = undefined
    wakeAll()
  }

  async function listen(): Promise<void> {
    clearTimeout(lingering)
    if (!listens || isClosed) return
    listening ??= database.listen(channel, wake, up)
    try {
      await listening
    } catch {
      listening = undefined
    }
  }

  async function unlisten(): Promise<void> {
    clearTimeout(lingering)
    const stopped = listening
    listening = undefined
    isUp = false
    const stop = await stopped?.catch(() => undefined)
    await stop?.()
  }

  /** @returns ms for which it need not be asked again; 0: it has changed */
  async function flag(scope: string): Promise<number> {
    await listen()
    if (!isUp) return SOON
    const [row] = await ask(watch, [scope])
    if (row?.[0] === 'changed') return 0
    return row?.[0] === 'flagged' && isUp ? LATER : SOON
  }

  function changed(scope: string, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || isClosed) return Promise.resolve()
    return new Promise((resolve) => {
      const began = performance.now()
      const sleeping = sleepers.get(scope) ?? new Set()
      sleepers.set(scope, sleeping.add(wakes))
      signal.addEventListener('abort', wakes)
      let timer = setTimeout(wakes, Math.min(ms, jittered(LATER)))
      void flag(scope)
        .catch(() => SOON)
        .then((most) => {
          if (!sleeping.has(wakes)) return
          clearTimeout(timer)
          const left = began + ms - performance.now()
          if (most === 0 || left <= 0) wakes()
          else timer = setTimeout(wakes, Math.min(left, jittered(most)))
        })

      function wakes(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', wakes)
        sleeping.delete(wakes)
        if (sleeping.size === 0 && sleepers.get(scope) === sleeping) sleepers.delete(scope)
        if (sleepers.size === 0 && listening) {
          clearTimeout(lingering)
          lingering = setTimeout(() => void unlisten(), LINGER).unref()
        }
        resolve()
      }
    })
  }

  return {
    changed,
    async close() {
      isClosed = true
      wakeAll()
      await unlisten()
    },
  }
}

/** Else all who wait for one key ask in the same moment. */
function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 2)
}
