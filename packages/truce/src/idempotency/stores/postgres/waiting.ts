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
import { sleepers } from '../sleepers.js'
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
  const waiters = sleepers()
  let isUp = false
  let listening: Promise<Listening | undefined> | undefined
  let lingering: NodeJS.Timeout | undefined
  let isClosed = false

  /** What was flagged before may have ended unheard. */
  function up(is: boolean): void {
    isUp = is
    if (!is) listening = undefined
    waiters.wakeAll()
  }

  async function listen(): Promise<void> {
    clearTimeout(lingering)
    if (!listens || isClosed) return
    listening ??= database.listen(channel, (scope) => waiters.wake(scope), up)
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

  async function changed(scope: string, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || isClosed) return
    const began = performance.now()
    const { asleep, within, wake } = waiters.sleep(scope, Math.min(ms, jittered(LATER)), signal)
    void flag(scope)
      .catch(() => SOON)
      .then((most) => {
        const left = began + ms - performance.now()
        if (most === 0 || left <= 0) wake()
        else within(Math.min(left, jittered(most)))
      })
    await asleep
    if (!waiters.isEmpty() || !listening) return
    clearTimeout(lingering)
    lingering = setTimeout(() => void unlisten(), LINGER).unref()
  }

  return {
    changed,
    async close() {
      isClosed = true
      waiters.wakeAll()
      await unlisten()
    },
  }
}

/** Else all who wait for one key ask in the same moment. */
function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 2)
}
