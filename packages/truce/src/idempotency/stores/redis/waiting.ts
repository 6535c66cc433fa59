/**
 * Waiting: a duplicate hears of the end of the run that it met.
 *
 * To ask every 50 ms costs a waiter 25 ms and Redis twenty commands a second; to listen costs a connection.
 * So a connection is made with the first who waits, and given back a few seconds after the last. A run's
 * end is told to those only who wrote their names into its record, so nothing is published where nobody
 * waits, and no process hears of another's keys. Each process has one channel, subscribed to once.
 *
 * The name is written after the subscription is there, and only where the run is still at work: what ends in
 * between is noticed, not slept through. A connection that breaks may have missed something: all who wait
 * are woken, and for some seconds it is asked again instead.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { sleepers } from '../sleepers.js'
import type { Client, Listening } from './clients.js'

/** ms. Until the connection is given back: duplicates come in bursts. Also the longest that it delays an exit. */
const LINGER = 5_000
/** ms. Who cannot listen asks again so often. */
const POLL = 50
/** ms. After a connection failed, before another is tried. */
const REST = 5_000

/** Writes the name of who waits into the record; is its run still at work? */
type Watch = (scope: string, waiter: string) => Promise<boolean>

export interface Waiting {
  readonly changed: (scope: string, ms: number, signal: AbortSignal) => Promise<void>
  readonly close: () => void
}

/** One connection, from its first waiter to its end. */
interface Ear {
  readonly channel: string
  readonly listening: Listening
  /** Resolves where it hears, rejects where it is broken. */
  readonly opened: Promise<unknown>
}

export function waiting(listen: NonNullable<Client['listen']>, watch: Watch): Waiting {
  const waiters = sleepers()
  let ear: Ear | undefined
  let linger: NodeJS.Timeout | undefined
  let brokenAt = Number.NEGATIVE_INFINITY

  function open(): Ear {
    const channel = `truce:${randomUUID()}`
    let lost: (error: Error) => void = () => {}
    const broken = new Promise<never>((_, reject) => (lost = reject))
    const listening = listen(
      channel,
      (scope) => waiters.wake(scope),
      () => lost(new Error('the connection that listens is lost')),
    )
    broken.catch(() => broke(channel))
    const opened = Promise.race([listening.ready, broken])
    opened.catch(() => broke(channel))
    return { channel, listening, opened }
  }

  function broke(channel: string): void {
    if (ear?.channel !== channel) return
    brokenAt = performance.now()
    end()
    waiters.wakeAll()
  }

  function end(): void {
    clearTimeout(linger)
    const ended = ear
    ear = undefined
    try {
      ended?.listening.end()
    } catch {
      // It has ended by itself.
    }
  }

  /** @returns will its end be told? It is over, where not. */
  async function hears(scope: string): Promise<boolean> {
    if (performance.now() - brokenAt < REST) throw new Error('the connection that listens was lost just now')
    clearTimeout(linger)
    const { channel, opened } = (ear ??= open())
    await opened
    return watch(scope, `${channel} ${scope} `)
  }

  async function changed(scope: string, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { asleep, wake } = waiters.sleep(scope, ms, signal)
    hears(scope).then(
      (told) => told || wake(),
      () => setTimeout(wake, POLL),
    )
    await asleep
    if (waiters.isEmpty() && ear) {
      clearTimeout(linger)
      linger = setTimeout(end, LINGER).unref()
    }
  }

  return {
    changed,
    close() {
      end()
      waiters.wakeAll()
    },
  }
}
