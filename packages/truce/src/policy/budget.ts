/**
 * Budget: how much extra traffic retries may make.
 *
 * Without one, three attempts a call are three times the load on a dependency that just failed under
 * one. The bucket is filled by first attempts that *succeed*: what is deposited by requests or by
 * time pays for the storm (Finagle's deposit per request still sends 1.21 × in a total outage).
 * A retry costs 1, paid when the failure arrives, before the wait; it comes back when the retry
 * succeeds, or is never made. `ratio` is a hard ceiling on retries ÷ originals above the bucket.
 *
 * Ceilings are promises, shares are not: when traffic shrinks, and the ceiling with it, retries already
 * made may leave nothing even of a part that is kept. The floor is common to all.
 *
 * Nearly every call succeeds at once and never asks what there is. So it only counts, and what it counts
 * is entered where somebody asks, or where the window's bucket that it belongs to ends.
 *
 * @module
 */
import { Bucket, COMMON, RETRY, Shares, UNSHARED } from './shares.js'
import { TimeWindow } from './window.js'

/** Chosen by simulated outages: a deposit of 0.4 beats 0.2, and giving back what a successful retry cost is worth a point. */
export const BUDGET = Object.freeze({
  /** Hard ceiling on retries ÷ originals over the window. */
  ratio: 0.5,
  /** Tokens (retries) that a successful first attempt adds … */
  deposit: 0.4,
  /**
   * … and where a governor watches, for it withholds the retries that find no room: of calls that fail at 60 %, 70 % end
   * well instead of 65, and no storm of the ladder is worse for it. Without a governor it is: errors of 30 % at 90 % load
   * come out 5 points below. A total outage is the same with either: nothing is deposited, and what the bucket held is all.
   */
  governedDeposit: 0.8,
  /** Capacity: this share of the n first-attempt successes in the window … */
  capacity: 0.1,
  /**
   * … and so many times √n, as chance spreads them: a process of few calls loses deposits to a full bucket in one moment,
   * and retries to an empty one in the next. A hundred instances repeat what one would: with 40 % errors 87 % of
   * their calls succeed instead of 82 (`npm run bench:ladder -- --only c40-errors --instances 100`).
   */
  spread: 0.3,
  /** … and at most so many. */
  capacityMax: 100,
  /** How far bucket and ceiling look back, ms … */
  window: 10_000,
  /**
   * … and in a large fleet all instances together, ms: of a hundred, an instance that makes four calls a second would
   * judge by forty of them, and chance would empty its bucket. With 40 % errors 91 % of its calls succeed instead of 87
   * (`npm run bench:ladder -- --instances 100`). Of four hundred, each learns too late that its retries hurt: tried with
   * 30 s there, bursts of errors at 98 % load came out 5.5 points below doing nothing.
   */
  fleetWindow: 3_000_000,
  /** … at most so far, ms. */
  windowMax: 30_000,
  /** Fleets up to this size allow one call's worth of retries; in larger ones small allowances add up. */
  smallFleet: 10,
})

/**
 * What of a budget follows from who uses it: from 11 to 299 instances it looks back longer than 10 s, a small fleet's may
 * grow to one call's worth, and under a governor each success deposits more.
 *
 * @param instances of the fleet, each with a budget of its own
 * @param governed does a `Governor` judge the same retries?
 * @example
 * budgetDefaults(1, true) // { window: 10_000, deposit: 0.8, least: 1, growLeast: true }
 * budgetDefaults(200, false) // { window: 15_000, deposit: 0.4, least: 1, growLeast: false }
 */
export function budgetDefaults(instances: number, governed: boolean): BudgetDefaults {
  const { window, fleetWindow, windowMax, smallFleet } = BUDGET
  const small = instances <= smallFleet
  return {
    window: small ? window : Math.min(windowMax, Math.max(window, fleetWindow / instances)),
    deposit: governed ? BUDGET.governedDeposit : BUDGET.deposit,
    least: 1,
    growLeast: small,
  }
}

/** Checked: ceilings, allowances, and who shares them. */
export interface BudgetSettings {
  /** Hard ceiling on retries ÷ originals over the window. */
  readonly ratio: number
  /** How far bucket and ceiling look back, ms; 10 s where nobody says. */
  readonly window?: number
  /** Retries that a first attempt adds when it succeeds, at least 0.4; 0.4 where nobody says. */
  readonly deposit?: number
  /** Hard ceiling, retries a second (more than 0); `Infinity` for none. */
  readonly max: number
  /** Extra allowance of this instance, retries a second, spent where bucket or ratio say no; 0 for none. */
  readonly floor: number
  /** What a quiet process may always spend: retries in the bucket at the start, and its least capacity. */
  readonly least: number
  /** May `least` grow to one call's worth when operations are added? (instances ≤ 10) */
  readonly growLeast: boolean
  /** What spans dependencies, if anything does: a retry needs both, and everything else goes to both. */
  readonly parent?: Budget | null
  /** Shares of bucket and ceilings kept for traffic classes, by name; they sum to at most 1. */
  readonly classes?: Readonly<Record<string, number>>
}

/** See `budgetDefaults`. */
export type BudgetDefaults = Required<Pick<BudgetSettings, 'window' | 'deposit' | 'least' | 'growLeast'>>

/** Columns of the window; behind them the retries of each part, as in `#lately`. */
const ORIGINALS = 0
const RETRIES = 1
const FIRST_SUCCESSES = 2
const PARTS = 3
const ALL_LATELY = 0
const PARTS_LATELY = 1

/**
 * How a retry was paid, opaque: give it back to `refund` or `takeBack` of the budget that took it.
 * 0: not at all.
 */
export type Payment = number
const REFUSED = 0
/** From the bucket's common part. */
const BUCKET = 1
/** From the floor, by traffic that has no part of its own. */
const FLOOR = 2
/**
 * Payments of a part p, from here on: so many of the bucket's own units (the rest was common), or the floor.
 * The parent's payment is carried above them, in multiples of their number.
 */
const FIRST_OF_PARTS = 3
const FLOOR_OF_PART = RETRY + 1
const CODES_OF_PART = RETRY + 2

/** Says whether a retry can be paid, and remembers what was. */
export class Budget {
  readonly #settings: BudgetSettings
  readonly #parent: Budget | null
  readonly #shares: Shares
  readonly #window: TimeWindow
  /** Retries of the span in which `max` allows one at least: a second, or longer where it is slower. */
  readonly #lately: TimeWindow
  readonly #most: number
  /** What a first attempt adds when it succeeds, in the bucket's units. */
  readonly #earned: number
  /** How many payments of this budget alone there are. */
  readonly #codes: number
  readonly #bucket: Bucket
  /** Not entered yet, all of the window's current bucket. */
  #originals = 0
  #firstSuccesses = 0
  #least: number
  #floorTokens: number
  #floorAt = Number.NEGATIVE_INFINITY

  constructor(settings: BudgetSettings) {
    this.#settings = settings
    this.#parent = settings.parent ?? null
    this.#shares = settings.classes === undefined ? UNSHARED : new Shares(settings.classes)
    this.#codes = FIRST_OF_PARTS + (this.#shares.hundredths.length - 1) * CODES_OF_PART
    this.#least = settings.least
    this.#bucket = new Bucket(this.#shares, settings.least * RETRY)
    this.#most = Math.max(1, settings.max)
    this.#earned = (settings.deposit ?? BUDGET.deposit) * RETRY
    const parts = this.#shares.counted
    this.#window = new TimeWindow(settings.window ?? BUDGET.window, PARTS + parts)
    this.#lately = new TimeWindow(1_000 * Math.max(1, 1 / settings.max), PARTS_LATELY + parts)
    this.#floorTokens = Math.max(1, settings.floor)
  }

  /** An operation of so many attempts uses this budget: in a small fleet one call of it is affordable. */
  admit(attempts: number): void {
    this.#parent?.admit(attempts)
    const worth = Math.min(attempts - 1, BUDGET.capacityMax)
    if (!this.#settings.growLeast || worth <= this.#least) return
    this.#enter()
    this.#bucket.grow((worth - this.#least) * RETRY)
    this.#least = worth
  }

  original(now: number): void {
    if (this.#parent !== null) this.#parent.original(now)
    if (now >= this.#window.ends) this.#settle(now)
    this.#originals++
  }

  /** A first attempt succeeded: the only thing that fills the bucket. Whoever made it, all parts get their share. */
  deposit(now: number): void {
    if (this.#parent !== null) this.#parent.deposit(now)
    if (now >= this.#window.ends) this.#settle(now)
    this.#firstSuccesses++
  }

  /**
   * Pays for one retry now, or returns 0 and takes nothing.
   *
   * @param trafficClass pays from its own part first; without one, or one without a share, from the common part
   */
  pay(now: number, trafficClass?: string): Payment {
    this.#settle(now)
    const part = this.#shares.partOf(trafficClass)
    if (this.#leftLately(part, now) < 1) return REFUSED
    const payment = this.#payFromBucket(part, now) || this.#payFromFloor(part, now)
    if (payment === REFUSED) return REFUSED
    this.#count(part, now)
    if (this.#parent === null) return payment
    const parents = this.#parent.pay(now, trafficClass)
    if (parents !== REFUSED) return payment + this.#codes * parents
    this.#undo(payment, now, now)
    return REFUSED
  }

  /**
   * The retry succeeded: its cost comes back. It was made, so the ceilings still count it.
   */
  refund(payment: Payment, now: number): void {
    if (payment === REFUSED) return
    this.#settle(now)
    this.#parent?.refund(Math.floor(payment / this.#codes), now)
    this.#fillUp(payment % this.#codes)
  }

  /** The retry paid for at `then` was never made (abort, refusal, throw): the ceilings forget it as well. */
  takeBack(payment: Payment, then: number, now: number): void {
    if (payment === REFUSED) return
    this.#settle(now)
    this.#parent?.takeBack(Math.floor(payment / this.#codes), then, now)
    this.#undo(payment % this.#codes, then, now)
  }

  /** Retries that traffic of this class (of none, where none is named) could pay at this moment. */
  remaining(now: number, trafficClass?: string): number {
    this.#settle(now)
    const part = this.#shares.partOf(trafficClass)
    const paid = this.#bucket.held(part, this.#capacity()) / RETRY
    const bucket = Math.min(paid, this.#left(part, now))
    const floor = this.#settings.floor > 0 ? this.#floorAllowance(now) : 0
    const second = this.#leftLately(part, now)
    const own = Math.max(0, Math.floor(Math.min(second, Math.max(0, Math.floor(bucket)) + Math.floor(floor))))
    return this.#parent === null ? own : Math.min(own, this.#parent.remaining(now, trafficClass))
  }

  /** Enters what was counted, and moves the window on. */
  #settle(now: number): void {
    this.#enter()
    this.#window.moveOn(now)
  }

  /**
   * Many deposits at once leave what they would have left one by one: each adds as much to the bucket as to its
   * capacity, or more, so that what was full on the way is full in the end.
   */
  #enter(): void {
    this.#window.addLatest(ORIGINALS, this.#originals)
    this.#originals = 0
    const deposits = this.#firstSuccesses
    if (deposits === 0) return
    this.#firstSuccesses = 0
    this.#window.addLatest(FIRST_SUCCESSES, deposits)
    this.#bucket.fill(this.#earned * deposits, this.#capacity())
  }

  /** What `ratio` leaves the part, in retries. */
  #left(part: number, now: number): number {
    return this.#shares.left(part, this.#ceiling(now), this.#window, RETRIES, PARTS, now)
  }

  /** What `max` leaves the part, in retries. */
  #leftLately(part: number, now: number): number {
    return this.#shares.left(part, this.#most, this.#lately, ALL_LATELY, PARTS_LATELY, now)
  }

  #payFromBucket(part: number, now: number): Payment {
    if (this.#left(part, now) < 1) return REFUSED
    const own = this.#bucket.take(part, this.#capacity())
    if (own < 0) return REFUSED
    return part === COMMON ? BUCKET : codeOf(part, own)
  }

  #payFromFloor(part: number, now: number): Payment {
    if (this.#settings.floor <= 0) return REFUSED
    this.#floorTokens = this.#floorAllowance(now)
    this.#floorAt = Math.max(now, this.#floorAt)
    if (this.#floorTokens < 1) return REFUSED
    this.#floorTokens -= 1
    return part === COMMON ? FLOOR : codeOf(part, FLOOR_OF_PART)
  }

  #count(part: number, now: number): void {
    this.#window.add(RETRIES, now)
    this.#lately.add(ALL_LATELY, now)
    if (this.#shares.counted === 0) return
    this.#window.add(PARTS + part, now)
    this.#lately.add(PARTS_LATELY + part, now)
  }

  /** Takes a payment of this budget alone back. */
  #undo(payment: Payment, then: number, now: number): void {
    this.#window.takeBack(RETRIES, then, now)
    this.#lately.takeBack(ALL_LATELY, then, now)
    if (this.#shares.counted > 0) {
      const part = partOf(payment)
      this.#window.takeBack(PARTS + part, then, now)
      this.#lately.takeBack(PARTS_LATELY + part, then, now)
    }
    if (isFloor(payment)) this.#floorTokens = Math.min(Math.max(1, this.#settings.floor), this.#floorTokens + 1)
    else this.#fillUp(payment)
  }

  /** What was paid from the bucket comes back to it; an allowance is no deposit. */
  #fillUp(payment: Payment): void {
    if (!isFloor(payment)) this.#bucket.giveBack(partOf(payment), ownUnits(payment), this.#capacity())
  }

  #floorAllowance(now: number): number {
    const { floor } = this.#settings
    const elapsed = Math.max(0, now - this.#floorAt)
    return Math.min(Math.max(1, floor), this.#floorTokens + (elapsed * floor) / 1_000)
  }

  #ceiling(now: number): number {
    return Math.max(this.#least, this.#settings.ratio * this.#window.sum(ORIGINALS, now))
  }

  /** In the bucket's units, as of the latest entry: whoever asks has settled. */
  #capacity(): number {
    const successes = this.#window.latest(FIRST_SUCCESSES)
    // Whole tenths: shares in hundredths of it are whole units.
    const tenths = Math.floor(10 * BUDGET.capacity * successes + 10 * BUDGET.spread * Math.sqrt(successes))
    const earned = (RETRY / 10) * tenths
    return Math.min(BUDGET.capacityMax * RETRY, Math.max(this.#least * RETRY, earned))
  }
}

/** @param paid units from the part itself, or `FLOOR_OF_PART` */
function codeOf(part: number, paid: number): Payment {
  return FIRST_OF_PARTS + (part - 1) * CODES_OF_PART + paid
}

function partOf(payment: Payment): number {
  return payment < FIRST_OF_PARTS ? COMMON : 1 + Math.floor((payment - FIRST_OF_PARTS) / CODES_OF_PART)
}

function ownUnits(payment: Payment): number {
  return payment < FIRST_OF_PARTS ? 0 : (payment - FIRST_OF_PARTS) % CODES_OF_PART
}

function isFloor(payment: Payment): boolean {
  return payment === FLOOR || ownUnits(payment) === FLOOR_OF_PART
}
