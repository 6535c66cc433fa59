/**
 * Pace: how fast the service serves, and how long a request of it takes.
 *
 * @module
 */
import { Quantile } from '../quantile.js'

/** Departures that make a measurement of the rate: chance leaves a quarter in it. */
const ROUND = 16
/** Share of the way that one measurement goes. */
const STEP = 0.3
/** … and one of departures at rest, which come as requests do: by chance. */
const CALM_STEP = 0.1

/** Learned from departures. */
export class Pace {
  readonly #median = new Quantile(0.5)
  readonly #p99 = new Quantile(0.99)
  /** A ms, while somebody waits; `NaN` before that was seen. */
  #rate = Number.NaN
  /** The same while nobody waits: what it is asked for, not what it can. */
  #calm = Number.NaN
  #busy = false
  #since = Number.NaN
  #count = 0
  #latest = Number.POSITIVE_INFINITY

  /** One was served. @param quiet so little is under way that it hardly stood in anybody's way */
  served(ms: number, quiet: boolean): void {
    this.#median.observe(ms)
    this.#latest = ms
    if (quiet) this.#p99.observe(ms)
  }

  /** A place came free. @param busy while others wait: then departures tell the rate */
  departed(busy: boolean, now: number): void {
    if (busy !== this.#busy || this.#since !== this.#since) {
      this.#busy = busy
      this.#since = now
      this.#count = 0
      return
    }
    if (++this.#count < ROUND || now <= this.#since) return
    const rate = this.#count / (now - this.#since)
    if (busy) this.#rate = towards(this.#rate, rate, STEP)
    else this.#calm = towards(this.#calm, rate, CALM_STEP)
    this.#since = now
    this.#count = 0
  }

  /** Departures a ms of a service that has no rest. @param limit places, for a guess before one was seen */
  rate(limit: number): number {
    return this.#rate === this.#rate ? this.#rate : limit / this.#median.value(1)
  }

  /**
   * The same, of which nothing is a guess once anything was served: what places could do that nobody has needed is many
   * times too high. What is asked for hardly anything has shown that it can serve one after the other, at the least.
   */
  shown(limit: number): number {
    if (this.#rate === this.#rate || this.#calm !== this.#calm) return this.rate(limit)
    return Math.max(this.#calm, 1 / this.#median.value(1))
  }

  /** What a request takes at the least, as far as is known: half of them, and the latest, took longer. */
  least(): number {
    return Math.min(this.#median.value(0), this.#latest)
  }

  /** What half of them take. */
  median(): number {
    return this.#median.value(0)
  }

  /** The 99th percentile where nothing queues. */
  p99(unknown: number): number {
    return this.#p99.value(unknown)
  }
}

/** The first measurement, or a share of the way from the last ones to this one. */
function towards(mean: number, measured: number, share: number): number {
  return mean === mean ? mean + share * (measured - mean) : measured
}
