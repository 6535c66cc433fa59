/**
 * Limit: how many attempts at once, learned from how long they take.
 *
 * A limit that somebody guessed is right for one number of workers and one speed. What a limit is for
 * happens when these change: too high, and the dependency's queue takes the time of every call until
 * all of them time out; too low, and callers are refused that could be served.
 *
 * A gradient over rounds. A round is as many outcomes as the limit, at least 30. Its mean latency is
 * held against what is usual when nothing queues: longer than 1.5 × of it and the limit shrinks in
 * proportion; else it grows by its square root. The usual latency follows quickly down, slowly up
 * while the limit is in use (a dependency that became slower for good is not throttled for ever), and
 * is not learned from a crowd otherwise. A round in which more than a tenth was dropped cuts a tenth.
 *
 * Chosen on a queue with 2 to 100 workers, three service times (exponential, lognormal, bimodal) and
 * steps in load, capacity and speed: 24 runs of one client, attempt timeout 1 s. Answered in time in %
 * of what could be served, mean of all phases and worst, and the median latency over the service time:
 *
 * | | mean | worst | latency |
 * | --- | --- | --- | --- |
 * | no limit | 44 | 0 | 3.8 |
 * | Vegas (Netflix) | 63 | 6 | 0.9 |
 * | Gradient 2 (Netflix), at each outcome | 70 | 0 | 1.9 |
 * | Gradient 2, in windows of 1 s | 86 | 29 | 1.3 |
 * | AIMD, + 1 in as many outcomes as the limit, − 10 % at timeouts | 98 | 69 | 3.2 |
 * | **this** | **99** | **87** | **1.9** |
 *
 * Vegas and Gradient 2 hold one latency against the least or the average one: where service times
 * vary by themselves, that throttles at half load. AIMD sees a full queue only by its timeouts.
 *
 * @see limit-model.test.ts for the model and the others' code; Netflix, concurrency-limits; Envoy, adaptive concurrency
 * @module
 */

/** Its bounds and its gains, found on the models of limit-model.test.ts. */
export const LIMIT = Object.freeze({
  min: 1,
  max: 1_000,
  initial: 20,
  /** Outcomes in a round, at the least: fewer, and chance alone looks like a queue. */
  round: 30,
  /** Mean latency up to so many times the usual is no queue. */
  tolerance: 1.5,
  /** One round never takes more than half, before smoothing. */
  steepest: 0.5,
  /** Waiting room asked for, in square roots of the limit. */
  room: 2,
  /** Share of the way to the new limit that is gone at once. */
  step: 0.4,
  /** The usual latency goes this share of the way to a round's mean: down … */
  down: 0.2,
  /** … up while less than half of the limit is in use … */
  upIdle: 0.1,
  /** … and up while more is. */
  upUsed: 0.003,
  /** More drops than this share of a round … */
  drops: 0.1,
  /** … leave this share of the limit. */
  keep: 0.9,
  /** ms: below that, the own process is measured. */
  least: 1,
})

/** The bounds of a learned limit, in attempts at once. */
export interface LimitSettings {
  /** Whole, at least 1. */
  readonly min: number
  readonly max: number
  readonly initial: number
}

/**
 * A concurrency limit that follows how long attempts take.
 *
 * @example
 * const learned = new AdaptiveLimit(LIMIT)
 * if (learned.inFlight < learned.limit) learned.started()
 * learned.ended(35)
 */
export class AdaptiveLimit {
  readonly #settings: LimitSettings
  #exact = 0
  #inFlight = 0
  /** Mean latency where nothing queues, ms; `NaN` before the first round. */
  #usual = Number.NaN
  #outcomes = 0
  #drops = 0
  #sum = 0
  #busiest = 0

  constructor(settings: LimitSettings) {
    this.#settings = settings
    this.#set(settings.initial)
  }

  /** Attempts that may run at once: whole, never below `min`. */
  get limit(): number {
    return Math.floor(this.#exact)
  }

  get inFlight(): number {
    return this.#inFlight
  }

  started(): void {
    this.#inFlight++
    this.#busiest = Math.max(this.#busiest, this.#inFlight)
  }

  /** The attempt ended without a word about the dependency (aborted, cut short by its own deadline). */
  released(): void {
    this.#inFlight--
  }

  /**
   * The attempt ended.
   *
   * @param ms      how long it took
   * @param dropped it timed out, or was refused for want of room
   * @returns whether the limit changed
   */
  ended(ms: number, dropped = false): boolean {
    this.#inFlight--
    this.#outcomes++
    if (dropped) this.#drops++
    else this.#sum += ms
    return this.#outcomes >= Math.max(LIMIT.round, this.limit) && this.#round()
  }

  #round(): boolean {
    const { limit } = this
    const served = this.#outcomes - this.#drops
    const used = this.#busiest * 2 >= limit
    const mean = Math.max(LIMIT.least, this.#sum / served)
    if (served > 0) this.#learn(mean, used)
    if (this.#drops > LIMIT.drops * this.#outcomes) this.#set(this.#exact * LIMIT.keep)
    // What nobody asks for is not known to be there.
    else if (used) this.#set(this.#next(mean))
    this.#outcomes = this.#drops = this.#sum = 0
    this.#busiest = this.#inFlight
    return this.limit !== limit
  }

  #learn(mean: number, used: boolean): void {
    if (Number.isNaN(this.#usual)) this.#usual = mean
    const share = mean < this.#usual ? LIMIT.down : used ? LIMIT.upUsed : LIMIT.upIdle
    this.#usual += (mean - this.#usual) * share
  }

  #next(mean: number): number {
    const gradient = Math.min(1, Math.max(LIMIT.steepest, (LIMIT.tolerance * this.#usual) / mean))
    const target = this.#exact * gradient + LIMIT.room * Math.sqrt(this.#exact)
    return this.#exact + LIMIT.step * (target - this.#exact)
  }

  #set(limit: number): void {
    this.#exact = Math.min(this.#settings.max, Math.max(this.#settings.min, limit))
  }
}
