/**
 * Clock: the one door through which time enters the guard.
 *
 * @module
 */

/** An armed timer. In mid-backoff it keeps the process alive, under an attempt it does not. */
export interface Alarm {
  /** Does it keep the process alive until it rings? */
  keepAlive(yes: boolean): void
  /** It will not ring. */
  cancel(): void
}

/** Monotonic milliseconds and alarms. `truce/testing` has a virtual one. */
export interface Clock {
  /** Milliseconds since some fixed moment, never backwards. */
  now(): number
  /** Epoch ms of the moment 0, for records. */
  readonly epoch: number
  /** Calls `ring` once after at least `ms`. */
  alarm(ms: number, ring: () => void): Alarm
}

/** Longest delay that timers take; longer ones ring early and are armed again. */
const LONGEST = 2 ** 31 - 1

/** ms by which the two clocks may differ before the wall clock is believed. */
const DRIFT = 50

/** The runtime's, kept: in Node `performance` is an accessor, and a call asks up to twice. */
let source: Pick<Performance, 'now'>
let timeout: typeof setTimeout | undefined

export const systemClock: Clock = {
  now() {
    // Whoever fakes time, or stops faking it, changes setTimeout too, and looking at that costs nothing.
    if (setTimeout !== timeout) {
      timeout = setTimeout
      source = performance
    }
    return source.now()
  },
  get epoch() {
    // The monotonic clock stands still in suspend, and the wall clock can be set.
    const epoch = Date.now() - performance.now()
    return Math.abs(epoch - performance.timeOrigin) < DRIFT ? performance.timeOrigin : epoch
  },
  alarm(ms, ring) {
    // Fractions are cut off by setTimeout: the alarm would ring early, for nothing.
    const timer: unknown = setTimeout(ring, Math.min(LONGEST, Math.ceil(ms)))
    return {
      keepAlive(yes) {
        // Browsers and workers hand out numbers: nothing there keeps a process alive.
        if (typeof timer === 'object') (timer as NodeJS.Timeout)[yes ? 'ref' : 'unref']()
      },
      cancel: () => clearTimeout(timer as NodeJS.Timeout),
    }
  },
}

let keptOf: Clock | undefined
let keptAt = 0
let kept = 0

/**
 * The clock's epoch, asked at most once a second: it costs two clock reads, a third of a record.
 *
 * @param now on that clock
 */
export function epochOf(clock: Clock, now: number): number {
  if (clock !== keptOf || now < keptAt || now - keptAt >= 1_000) {
    keptOf = clock
    keptAt = now
    kept = clock.epoch
  }
  return kept
}
