/**
 * Budget: how much extra traffic retries may make.
 *
 * Without one, three attempts a call are three times the load on a dependency that just failed under
 * one. The bucket is filled by first attempts that *succeed*: what is deposited by requests or by
 * time pays for the storm (Finagle's deposit per request still sends 1.21 × in a total outage).
 * A retry costs 1, paid when the failure arrives, before the wait; it comes back when the retry
 * succeeds, or is never made. `ratio` is a hard ceiling on retries ÷ originals above the bucket.
 *
 * @module
 */
import { TimeWindow } from './window.js'

/** DESIGN 4.5, chosen by simulation (defaults.md, round 2: 0.4 beats 0.2 a success, the refund is worth a point). */
export const BUDGET = Object.freeze({
  /** Hard ceiling on retries ÷ originals over the window. */
  ratio: 0.5,
  /** Tokens (retries) that a successful first attempt adds. */
  deposit: 0.4,
  /** Capacity: this share of the first-attempt successes in the window … */
  capacity: 0.1,
  /** … and at most so many. */
  capacityMax: 100,
  window: 10_000,
  /** Fleets up to this size allow one call's worth of retries; in larger ones small allowances add up. */
  smallFleet: 10,
})

export interface BudgetSettings {
  /** Hard ceiling on retries ÷ originals over 10 s. */
  readonly ratio: number
  /** Hard ceiling, retries a second (more than 0); `Infinity` for none. */
  readonly max: number
  /** Extra allowance of this instance, retries a second, spent where bucket or ratio say no; 0 for none. */
  readonly floor: number
  /** What a quiet process may always spend: retries in the bucket at the start, and its least capacity. */
  readonly least: number
  /** May `least` grow to one call's worth when operations are added? (instances ≤ 10) */
  readonly growLeast: boolean
}

const TENTHS = 10

const ORIGINALS = 0
const RETRIES = 1
const FIRST_SUCCESSES = 2

/** How a retry was paid; give it back to `refund`. 0: not at all. */
export type Payment = 0 | 1 | 2
const REFUSED = 0
const BUCKET = 1
const FLOOR = 2

export class Budget {
  readonly #settings: BudgetSettings
  readonly #window = new TimeWindow(BUDGET.window, 3)
  /** Retries of the span in which `max` allows one at least: a second, or longer where it is slower. */
  readonly #lately: TimeWindow
  readonly #most: number
  #least: number
  /** In tenths of a retry: 0.4 is no binary fraction, and five of them must make two retries. */
  #tokens: number
  #floorTokens: number
  #floorAt = Number.NEGATIVE_INFINITY

  constructor(settings: BudgetSettings) {
    this.#settings = settings
    this.#least = settings.least
    this.#tokens = settings.least * TENTHS
    this.#most = Math.max(1, settings.max)
    this.#lately = new TimeWindow(1_000 * Math.max(1, 1 / settings.max), 1)
    this.#floorTokens = Math.max(1, settings.floor)
  }

  /** An operation of so many attempts uses this budget: in a small fleet one call of it is affordable. */
  admit(attempts: number): void {
    const worth = Math.min(attempts - 1, BUDGET.capacityMax)
    if (!this.#settings.growLeast || worth <= this.#least) return
    this.#tokens += (worth - this.#least) * TENTHS
    this.#least = worth
  }

  original(now: number): void {
    this.#window.add(ORIGINALS, now)
  }

  /** A first attempt succeeded: the only thing that fills the bucket. */
  deposit(now: number): void {
    this.#window.add(FIRST_SUCCESSES, now)
    this.#tokens = Math.min(this.#capacity(now), this.#tokens + BUDGET.deposit * TENTHS)
  }

  /** Pays for one retry now, or returns 0 and takes nothing. */
  pay(now: number): Payment {
    if (this.#lately.sum(0, now) + 1 > this.#most) return REFUSED
    const payment = this.#payFromBucket(now) ? BUCKET : this.#payFromFloor(now) ? FLOOR : REFUSED
    if (payment !== REFUSED) {
      this.#window.add(RETRIES, now)
      this.#lately.add(0, now)
    }
    return payment
  }

  /**
   * The retry succeeded: its cost comes back. It was made, so the ceilings still count it.
   */
  refund(payment: Payment, now: number): void {
    if (payment === BUCKET) this.#tokens = Math.min(this.#capacity(now), this.#tokens + TENTHS)
  }

  /** The retry paid for at `then` was never made (abort, refusal, throw): the ceilings forget it as well. */
  takeBack(payment: Payment, then: number, now: number): void {
    if (payment === REFUSED) return
    this.#window.takeBack(RETRIES, then, now)
    this.#lately.takeBack(0, then, now)
    if (payment === BUCKET) this.refund(payment, now)
    else this.#floorTokens = Math.min(Math.max(1, this.#settings.floor), this.#floorTokens + 1)
  }

  /** Retries that could be paid at this moment. */
  remaining(now: number): number {
    const paid = Math.min(this.#tokens, this.#capacity(now)) / TENTHS
    const bucket = Math.min(paid, this.#ceiling(now) - this.#window.sum(RETRIES, now))
    const floor = this.#settings.floor > 0 ? this.#floorAllowance(now) : 0
    const second = this.#most - this.#lately.sum(0, now)
    return Math.max(0, Math.floor(Math.min(second, Math.max(0, Math.floor(bucket)) + Math.floor(floor))))
  }

  #payFromBucket(now: number): boolean {
    if (this.#window.sum(RETRIES, now) + 1 > this.#ceiling(now)) return false
    // Room may have shrunk with the traffic that once filled it.
    this.#tokens = Math.min(this.#tokens, this.#capacity(now))
    if (this.#tokens < TENTHS) return false
    this.#tokens -= TENTHS
    return true
  }

  #payFromFloor(now: number): boolean {
    if (this.#settings.floor <= 0) return false
    this.#floorTokens = this.#floorAllowance(now)
    this.#floorAt = Math.max(now, this.#floorAt)
    if (this.#floorTokens < 1) return false
    this.#floorTokens -= 1
    return true
  }

  #floorAllowance(now: number): number {
    const { floor } = this.#settings
    const elapsed = Math.max(0, now - this.#floorAt)
    return Math.min(Math.max(1, floor), this.#floorTokens + (elapsed * floor) / 1_000)
  }

  #ceiling(now: number): number {
    return Math.max(this.#least, this.#settings.ratio * this.#window.sum(ORIGINALS, now))
  }

  /** In tenths of a retry. */
  #capacity(now: number): number {
    const earned = BUDGET.capacity * TENTHS * this.#window.sum(FIRST_SUCCESSES, now)
    return Math.min(BUDGET.capacityMax * TENTHS, Math.max(this.#least * TENTHS, earned))
  }
}
