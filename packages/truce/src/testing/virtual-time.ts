/**
 * Virtual time: an hour of backoff in a millisecond, the same way every time.
 *
 * A test that sleeps is slow where it passes and flaky where it does not. Replacing the global timers
 * (fake timers) moves time past promises that have not settled yet; here time moves only when no
 * promise has anything left to do.
 *
 * @module
 */
import type { Clock } from '../guard/clock.js'
import { Agenda, type Pending } from './agenda.js'
import { turn } from './turn.js'

/** Time that a test moves by hand. */
export interface VirtualTime {
  /** Give it to a dependency: `dependency('inventory', { clock: time.clock })`. */
  readonly clock: Clock
  /** Alarms that have not rung, in the order in which they will. */
  readonly pending: readonly Pending[]
  /** ms on the clock. */
  now(): number
  /** Lets promises run until none has anything left to do; time stands still. */
  settle(): Promise<void>
  /** Moves time by `ms`, ringing what falls due on the way. */
  advance(ms: number): Promise<void>
  /** Rings alarm after alarm until none is left. */
  runAll(): Promise<void>
  /** Rings alarm after alarm until the promise settles; returns its value or throws its error. */
  run<T>(promise: PromiseLike<T> | (() => PromiseLike<T>)): Promise<T>
}

/** Where time begins, and when a test that never ends is ended. */
export interface VirtualTimeOptions {
  /** The clock's first `now()`, ms; 0 unless told. */
  readonly start?: number
  /** Epoch ms of the clock's 0, for records; 0 unless told. */
  readonly epoch?: number
  /** One move of time gives up after so many alarms; 100,000 unless told. */
  readonly maxAlarms?: number
}

/**
 * A clock that stands still until it is moved.
 *
 * Alarms ring in the order of their times; of two for the same moment the one set first rings first.
 * Between alarms all promises run to their end. It sees only promises and its own alarms: real
 * timers and real I/O (a `fetch` over the network, a file) go on outside it, so script the dependency.
 *
 * @throws Error from `run()` where nothing is scheduled and the promise is still pending; from every
 *   method where another one is still moving time, or alarms never end; and whatever an alarm throws
 * @example
 * const time = virtualTime()
 * const waited = new Promise<string>((done) => time.clock.alarm(3_600_000, () => done('an hour later')))
 * await time.run(waited) // 'an hour later'
 * time.now() // 3600000
 */
export function virtualTime({ start = 0, epoch = 0, maxAlarms = 100_000 }: VirtualTimeOptions = {}): VirtualTime {
  const agenda = new Agenda()
  let now = start
  let moving = false

  /** Rings what is due by `latest`, until `done()`. */
  const ring = async (latest: number, done: () => boolean): Promise<void> => {
    for (let rung = 0; !done() && agenda.due(latest); rung++) {
      if (rung >= maxAlarms) throw new Error(endless(maxAlarms, now))
      const alarm = agenda.take()
      now = alarm.at
      alarm.ring()
      await turn()
    }
  }

  /** One mover at a time: two would tear each other's time along. */
  const move = async (latest: number, done: () => boolean = () => false): Promise<void> => {
    if (moving) throw new Error(MOVING)
    moving = true
    try {
      await turn()
      await ring(latest, done)
    } finally {
      moving = false
    }
  }

  return {
    clock: { now: () => now, epoch, alarm: (ms, rings) => agenda.add(now + (ms > 0 ? ms : 0), rings) },
    get pending() {
      return agenda.list()
    },
    now: () => now,
    settle: () => move(Number.NEGATIVE_INFINITY),
    async advance(ms) {
      if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) throw new RangeError(`virtualTime: cannot advance by ${ms} ms`)
      const target = now + ms
      await move(target)
      now = target
    },
    runAll: () => move(Number.POSITIVE_INFINITY),
    async run(promise) {
      const watched = watch(promise)
      await move(Number.POSITIVE_INFINITY, () => watched.settled)
      if (!watched.settled) throw new Error(stuck(now))
      return watched.result
    },
  }
}

/** Heard from the start: a rejection while time moves must not count as unhandled. */
function watch<T>(promise: PromiseLike<T> | (() => PromiseLike<T>)): { settled: boolean; result: Promise<T> } {
  const result = (async () => (typeof promise === 'function' ? promise() : promise))()
  const watched = { settled: false, result }
  const settle = () => {
    watched.settled = true
  }
  result.then(settle, settle)
  return watched
}

const MOVING =
  'virtualTime: time is already being moved; await that first, or move it once for all: time.run(Promise.all([a, b]))'

function stuck(now: number): string {
  return (
    `virtualTime: at ${now} ms nothing is scheduled and the promise is still pending. It waits for something outside ` +
    'this clock: a real timer, real I/O, a dependency made without this clock, or a promise that nobody settles'
  )
}

function endless(alarms: number, now: number): string {
  return `virtualTime: no end after ${alarms} alarms, at ${now} ms; does something set its alarm again for ever?`
}
