/**
 * Shares: what of a budget is kept for which traffic class.
 *
 * In one common bucket the greedy win: a batch job that fails all day spends what the page that a
 * person waits for would have needed once. A class with a share has that part of bucket and ceilings
 * to itself, whatever the others do, and uses what is common like everybody.
 *
 * Counted in whole numbers (a retry is 1,000 units, a share whole hundredths): sums of fractions
 * would lose or make a retry now and then.
 *
 * @module
 */
import type { TimeWindow } from './window.js'

/** A retry, in the units of a bucket. */
export const RETRY = 1_000

/** The part that is common to all, and whose traffic has no class or one without a share. */
export const COMMON = 0

/** Which classes there are, and how many hundredths each has. Parts: `COMMON`, then one for each class. */
export class Shares {
  readonly #parts: ReadonlyMap<string, number>
  /** Hundredths of each part. */
  readonly hundredths: readonly number[]

  /** @param classes shares that sum to at most 1; hundredths, what is finer is dropped. Leave some for all. */
  constructor(classes: Readonly<Record<string, number>>) {
    const parts = new Map<string, number>()
    const hundredths = [100]
    for (const [name, share] of Object.entries(classes)) {
      // 0.29 × 100 is a little less than 29.
      const own = Math.floor(share * 100 + 1e-6)
      parts.set(name, hundredths.push(own) - 1)
      hundredths[COMMON] = (hundredths[COMMON] as number) - own
    }
    this.#parts = parts
    this.hundredths = hundredths
  }

  /** Parts that need counters of their own: none where all is common. */
  get counted(): number {
    return this.hundredths.length === 1 ? 0 : this.hundredths.length
  }

  partOf(trafficClass: string | undefined): number {
    return trafficClass === undefined ? COMMON : (this.#parts.get(trafficClass) ?? COMMON)
  }

  /**
   * What of a ceiling is left for a part, in retries: its own share and what nobody else took of the
   * common one, never more than the whole ceiling leaves.
   *
   * @param used counters of retries made: of all in column `all`, of part p in column `first + p`
   */
  left(part: number, ceiling: number, used: TimeWindow, all: number, first: number, now: number): number {
    const whole = ceiling - used.sum(all, now)
    const { hundredths } = this
    if (this.counted === 0 || ceiling === Number.POSITIVE_INFINITY) return whole
    // In hundredths of a retry.
    let common = ceiling * (hundredths[COMMON] as number)
    for (let other = 0; other < hundredths.length; other++) {
      if (other !== part) common -= Math.max(0, 100 * used.sum(first + other, now) - this.#reserved(other, ceiling))
    }
    const own = this.#reserved(part, ceiling) + Math.max(0, common) - 100 * used.sum(first + part, now)
    return Math.min(whole, own / 100)
  }

  #reserved(part: number, ceiling: number): number {
    return part === COMMON ? 0 : ceiling * (this.hundredths[part] as number)
  }
}

/** Where no class has a share. One for all budgets, and there may be a million of them. */
export const UNSHARED = new Shares({})

/** Retries held, in units, each part by itself. */
export class Bucket {
  readonly #hundredths: readonly number[]
  readonly #held: number[]

  constructor(shares: Shares, units: number) {
    this.#hundredths = shares.hundredths
    this.#held = shares.hundredths.map((share) => (units * share) / 100)
  }

  /** Shared out by the shares; what a full part cannot hold goes to the common one, then to any that can. */
  fill(units: number, capacity: number): void {
    if (this.#held.length > 1) this.#shareOut(units, capacity)
    else this.#held[COMMON] = Math.min(capacity, (this.#held[COMMON] as number) + units)
  }

  #shareOut(units: number, capacity: number): void {
    let over = 0
    for (let part = 0; part < this.#held.length; part++) over += this.#add(part, this.#of(part, units), capacity)
    for (let part = 0; over > 0 && part < this.#held.length; part++) over = this.#add(part, over, capacity)
  }

  /** Grows what it holds without asking for room: so much more is allowed from now on. */
  grow(units: number): void {
    for (let part = 0; part < this.#held.length; part++) {
      this.#held[part] = (this.#held[part] as number) + this.#of(part, units)
    }
  }

  /** Takes one retry: from the part, what is missing from the common one. @returns units from the part; −1: refused */
  take(part: number, capacity: number): number {
    // Room may have shrunk with the traffic that once filled it.
    this.#shrink(COMMON, capacity)
    this.#shrink(part, capacity)
    const own = part === COMMON ? 0 : Math.min(RETRY, Math.floor(this.#held[part] as number))
    if ((this.#held[COMMON] as number) < RETRY - own) return -1
    this.#held[part] = (this.#held[part] as number) - own
    this.#held[COMMON] = (this.#held[COMMON] as number) - (RETRY - own)
    return own
  }

  /** One retry comes back to where it was taken from. @param own what `take` returned */
  giveBack(part: number, own: number, capacity: number): void {
    this.#add(part, own, capacity)
    this.#add(COMMON, RETRY - own, capacity)
  }

  /** Units that the part's traffic could take. */
  held(part: number, capacity: number): number {
    const common = Math.min(this.#held[COMMON] as number, this.#of(COMMON, capacity))
    return part === COMMON ? common : common + Math.min(this.#held[part] as number, this.#of(part, capacity))
  }

  #of(part: number, units: number): number {
    return (units * (this.#hundredths[part] as number)) / 100
  }

  #shrink(part: number, capacity: number): void {
    this.#held[part] = Math.min(this.#of(part, capacity), this.#held[part] as number)
  }

  /** @returns what did not fit */
  #add(part: number, units: number, capacity: number): number {
    const wanted = (this.#held[part] as number) + units
    const held = Math.min(this.#of(part, capacity), wanted)
    this.#held[part] = held
    return wanted - held
  }
}
