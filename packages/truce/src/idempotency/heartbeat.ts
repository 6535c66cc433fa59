/**
 * Heartbeat: keeps a lease while the work goes on, and says when it can be trusted no longer.
 *
 * A lease as long as the time to live makes a crash block its key for a day; a short one without a
 * heartbeat takes the key from work that is merely slow.
 *
 * @module
 */
import type { Alarm, Clock } from '../guard/clock.js'

/** Renewed in time for two more tries before it ends. */
const SHARE = 1 / 3

export interface Heartbeat {
  /** Renews no more; the end of the lease is still told. */
  letGo(): void
  stop(): void
}

/**
 * @param lease ms
 * @param ends  when the lease ends, on the clock
 * @param renew asks the store, however many it has not answered yet: one lost packet must not cost the lease
 * @param ended called once, when the lease has ended
 */
export function heartbeat(
  clock: Clock,
  lease: number,
  ends: () => number,
  renew: () => void,
  ended: () => void,
): Heartbeat {
  let alarm: Alarm | undefined
  let holds = true
  arm()

  function arm(): void {
    const left = ends() - clock.now()
    alarm = clock.alarm(holds ? Math.min(left, lease * SHARE) : left, ring)
    // The work keeps the process alive, not the watch over it.
    alarm.keepAlive(false)
  }

  function ring(): void {
    if (clock.now() >= ends()) return ended()
    if (holds) renew()
    arm()
  }

  return {
    letGo: () => (holds = false),
    stop: () => alarm?.cancel(),
  }
}
