/**
 * Waiting: for another run's end, as the store tells of it, or else by looking.
 *
 * @module
 */
import { type Backoff, wait as backoff } from '../policy/backoff.js'
import { promised } from './asking.js'
import type { EngineSettings } from './settings.js'

/** Looks for another run's end where the store cannot tell of it. */
const POLL: Backoff = Object.freeze({ initial: 25, factor: 2, max: 250, jitter: 'equal' })

/**
 * Calls `woke` once, when the record may have changed, at the latest after `ms`.
 *
 * @param polls how often it was looked for before
 * @returns ends the wait; `woke` is not called any more
 */
export function waiting<Transaction>(
  { store, clock, random }: Pick<EngineSettings<Transaction>, 'store' | 'clock' | 'random'>,
  scope: string,
  ms: number,
  polls: number,
  woke: () => void,
): () => void {
  const until = clock.now() + ms
  const controller = new AbortController()
  let alarm = clock.alarm(ms, wake)
  let over = false
  const stop = () => {
    over = true
    alarm.cancel()
    controller.abort()
  }
  function wake(): void {
    if (over) return
    stop()
    woke()
  }
  /** It cannot tell, or could not be asked to. */
  const poll = () => {
    if (over) return
    alarm.cancel()
    alarm = clock.alarm(Math.min(until - clock.now(), backoff(POLL, polls, 0, random)), wake)
  }
  if (store.changed) promised(async () => store.changed?.(scope, ms, controller.signal)).then(wake, poll)
  else poll()
  return stop
}
