/**
 * Heartbeat: keeps a lease while the work goes on, and says when it can be trusted no longer.
 *
 * A lease as long as the time to live makes a crash block its key for a day; a short one without a
 * heartbeat takes the key from work that is merely slow.
 *
 * @module
 */
import type { Alarm, Clock } from '../guard/clock.js'
import type { Beat } from '../policy/idempotency/run.js'

/**
 * @param due   what is to be done now
 * @param renew asks the store, however many it has not answered yet: one lost packet must not cost the lease
 * @param ended called once, when the lease has ended
 * @returns stops it
 */
export function heartbeat(clock: Clock, due: () => Beat, renew: () => void, ended: () => void): () => void {
  let alarm: Alarm
  arm(due().ms)

  function arm(ms: number): void {
    alarm = clock.alarm(ms, ring)
    // The work keeps the process alive, not the watch over it.
    alarm.keepAlive(false)
  }

  function ring(): void {
    const { ms, renews } = due()
    if (ms === 0) return ended()
    if (renews) renew()
    arm(ms)
  }

  return () => alarm.cancel()
}
