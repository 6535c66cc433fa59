/**
 * Admission: what a service lets in.
 *
 * A service that takes whatever comes answers nobody in time once more comes than it can serve: it works on what
 * its callers have given up, and their retries keep it there. So requests pass a door: what nobody waits for any more
 * is dropped, so many are worked on at once as the service can (learned from how long they take), few wait, and
 * not for long; the rest is refused at once, with a place to come back at.
 *
 * No clock, no timer: a driver says what happens and when, asks who is `next`, and refuses whom `expired` hands it.
 *
 * @module
 */
import { type Arrival, QUEUED, type Refusal, type RefusalReason } from './arrival.js'
import { FairShare } from './fair-share.js'
import { Pace } from './pace.js'
import { type PlaceLimit, Places } from './places.js'
import { ADMISSION, type AdmissionSettings } from './settings.js'
import { Slots } from './slots.js'
import { BACKGROUND, GREEDY, ORIGINAL, RETRY, Waiting } from './waiting.js'

const DRAINING: Refusal = /* @__PURE__ */ Object.freeze({ reason: 'draining', scope: 'host', slot: undefined })
const TOO_LATE: Refusal = /* @__PURE__ */ Object.freeze({ reason: 'deadline', scope: 'service', slot: undefined })
const TOO_MANY_RETRIES: Refusal = /* @__PURE__ */ Object.freeze({ reason: 'share', scope: 'service', slot: undefined })

/** By rank: the longest wait, as a share of an original's. */
const waits = ({ retries }: AdmissionSettings) => [1, ADMISSION.background, retries, ADMISSION.greedy]

/**
 * The door of one service.
 *
 * @example
 * const door = new Admission({ ...ADMISSION })
 * const request = new Arrival()
 * door.arrive(request, 0) // undefined: it has a place
 * door.served(request, 35, 35)
 */
export class Admission<A extends Arrival = Arrival> {
  readonly settings: AdmissionSettings
  readonly #limit: PlaceLimit
  readonly #waiting = new Waiting()
  readonly #pace = new Pace()
  readonly #callers = new FairShare()
  readonly #slots: Slots
  readonly #waits: readonly number[]
  /** Left the queue unserved, not handed out yet: a chain by `behind`. */
  #out: Arrival | undefined
  #draining = false
  /** Was a place missing since the last one came free? */
  #wanted = false
  /** Since when nobody found a place free: a queue that only its refusals empty is not worked off. */
  #busySince = Number.POSITIVE_INFINITY

  /** @param limit what learns how many places there are */
  constructor(settings: AdmissionSettings, limit: PlaceLimit = new Places(settings)) {
    this.settings = settings
    this.#limit = limit
    this.#slots = new Slots(settings.slot)
    this.#waits = waits(settings)
  }

  /** Places, as learned. */
  get limit(): number {
    return this.#limit.limit
  }

  /** Places taken. */
  get inFlight(): number {
    return this.#limit.inFlight
  }

  get waiting(): number {
    return this.#waiting.length
  }

  get draining(): boolean {
    return this.#draining
  }

  /** Share of the capacity in use; above 1 some wait. */
  get load(): number {
    return (this.inFlight + this.waiting) / this.limit
  }

  /** How long those who wait will keep it busy, ms. */
  get backlogMs(): number {
    return this.waiting === 0 ? 0 : this.waiting / this.#pace.rate(this.limit)
  }

  /** @returns `undefined`: it has a place; `QUEUED`: it waits for one; else why not */
  arrive(arrival: A, now: number): Refusal | typeof QUEUED | undefined {
    if (this.#draining) return DRAINING
    const { retry, retries, deadline } = arrival
    this.#slots.arrived(retry, now)
    if (deadline <= now) return TOO_LATE
    if (retry && retries?.allows(now) === false) return TOO_MANY_RETRIES
    arrival.account = this.#callers.account(arrival.caller, now)
    const free = this.waiting === 0 && this.inFlight < this.limit
    // What is too late by what is known may not be: while few are under way it is tried, or nothing new would be known.
    if (deadline < now + this.backlogMs + this.#pace.least() && this.inFlight * 10 >= this.limit) {
      this.#wanted = true
      return TOO_LATE
    }
    if (!free) return this.#wait(arrival, now)
    this.#busySince = Number.POSITIVE_INFINITY
    this.#start(arrival, now)
    return undefined
  }

  /**
   * The work on it has ended.
   *
   * @param ms    that it took, from when it had its place
   * @param whole `false`: it failed, or its caller left, so it would have taken at least so long; where it was quicker
   *   than usual that says nothing
   */
  served(arrival: A, ms: number, now: number, whole = true): void {
    this.#callers.charge(arrival.account, ms - arrival.charged, now)
    const wasted = arrival.abandoned || now > arrival.deadline
    const tells = whole || ms > this.#pace.median()
    if (tells) this.#pace.served(ms, this.waiting === 0 && this.inFlight * 2 <= this.limit + 1)
    if (tells || wasted) this.#limit.ended(ms, this.#wanted || this.waiting > 0, now, wasted)
    else this.#limit.released()
    this.#wanted = false
    this.#pace.departed(this.waiting > 0, now)
  }

  /** It gives its place back, and nothing is known of how fast the service is. */
  released(arrival: A, now: number): void {
    this.#callers.charge(arrival.account, -arrival.charged, now)
    this.#limit.released()
  }

  /** It leaves the queue; `false` if it was not in it. */
  cancel(arrival: A): boolean {
    if (arrival.rank < 0) return false
    this.#leave(arrival)
    return true
  }

  /** Who has a place now, of those who waited; to be asked until it is nobody. */
  next(now: number): A | undefined {
    while (this.waiting > 0 && this.inFlight < this.limit) {
      const next = (this.#overloaded(now) ? this.#waiting.newestOfBest() : this.#waiting.oldest()) as Arrival
      this.#leave(next)
      if (next.deadline >= now + this.#pace.least() || next.deadline !== next.deadline) {
        this.#start(next, now)
        return next as A
      }
      this.#turnOut(next, TOO_LATE)
    }
    return undefined
  }

  /** Who has waited too long, or had to make room; to be asked until it is nobody. Its `refusal` says why. */
  expired(now: number): A | undefined {
    for (let rank = ORIGINAL; this.#out === undefined && rank <= GREEDY; rank++) {
      const first = this.#waiting.first(rank)
      // As `nextAt` says it: a difference would be rounded otherwise, and nobody handed out at the very time.
      if (first === undefined || now < first.since + this.#longest(rank)) continue
      this.#leave(first)
      this.#turnOut(first, this.#refusalAt(rank, first.background, now))
    }
    const out = this.#out
    if (out === undefined) return undefined
    this.#out = out.behind
    out.behind = undefined
    return out as A
  }

  /** When `expired` has to be asked though nothing happened; `Infinity`: it need not be. */
  nextAt(): number {
    if (this.#out) return Number.NEGATIVE_INFINITY
    let at = Number.POSITIVE_INFINITY
    for (let rank = ORIGINAL; rank <= GREEDY; rank++) {
      const first = this.#waiting.first(rank)
      if (first) at = Math.min(at, first.since + this.#longest(rank))
    }
    return at
  }

  /** Whatever comes from now on is refused; those inside, those who wait too, are served. */
  drain(): void {
    this.#draining = true
  }

  #start(arrival: Arrival, now: number): void {
    this.#limit.started()
    arrival.retries?.admitted(arrival.retry, now)
    // Charged when it starts: a burst would have all places before the first of them is done.
    arrival.charged = this.#pace.median()
    this.#callers.charge(arrival.account, arrival.charged, now)
  }

  #wait(arrival: Arrival, now: number): Refusal | typeof QUEUED {
    this.#wanted = true
    const rank = this.#rankOf(arrival, now)
    const rate = this.#pace.rate(this.limit)
    if (this.waiting + 1 > Math.max(1, this.#longest(rank) * rate)) {
      const worst = this.#waiting.oldestOfWorst(rank)
      if (worst === undefined || (worst.rank === rank && !this.#overloaded(now)))
        return this.#refusalAt(rank, arrival.background, now)
      const { rank: worstRank, background } = worst
      this.#leave(worst)
      this.#turnOut(worst, this.#refusalAt(worstRank, background, now))
    }
    if (this.#busySince === Number.POSITIVE_INFINITY) this.#busySince = now
    arrival.since = now
    this.#waiting.push(arrival, rank)
    if (arrival.retry) arrival.retries?.waits(1)
    return QUEUED
  }

  #leave(arrival: Arrival): void {
    this.#waiting.remove(arrival)
    if (arrival.retry) arrival.retries?.waits(-1)
  }

  #rankOf(arrival: Arrival, now: number): number {
    if (this.#callers.greedy(arrival.account, now)) return GREEDY
    if (arrival.retry) return RETRY
    return arrival.background ? BACKGROUND : ORIGINAL
  }

  /** Has it been so for longer than anybody may wait? */
  #overloaded(now: number): boolean {
    return now - this.#busySince > this.#longest(ORIGINAL)
  }

  /** Longest wait of a rank, ms. */
  #longest(rank: number): number {
    const { wait } = this.settings
    const most = Math.max(ADMISSION.waitLeast, Math.min(wait, ADMISSION.waitInP99s * this.#pace.p99(wait)))
    return most * (this.#waits[rank] as number)
  }

  #refusalAt(rank: number, patient: boolean, now: number): Refusal {
    const reason: RefusalReason = rank === GREEDY ? 'share' : 'overloaded'
    const slot = this.#slots.give(this.#pace.shown(this.limit), this.backlogMs, patient, now)
    return { reason, scope: reason === 'share' ? 'service' : this.settings.scope, slot }
  }

  #turnOut(arrival: Arrival, refusal: Refusal): void {
    arrival.refusal = refusal
    arrival.behind = this.#out
    this.#out = arrival
  }
}
