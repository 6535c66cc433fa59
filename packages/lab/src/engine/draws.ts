/**
 * Draws: randomness by purpose and place, not by turn.
 *
 * A sequence that all share would give another service time to the thousandth call as soon as a strategy retries once:
 * strategies would be compared on different days. Here each draw is a hash of what it is for (the seed, the purpose,
 * the call, the attempt), so arrivals, faults and service are the same whatever the strategy does, in integer
 * arithmetic that is the same everywhere.
 *
 * @see C. Wellons, "Prospecting for Hash Functions" (2018): the mixer, lowbias32
 * @module
 */

const GOLDEN = 0x9e3779b9
const OTHER = 0x85ebca6b
const STEP = 2 ** -32

/** Every bit of the input changes every bit of the output with a probability near one half. */
export function mix(x: number): number {
  x ^= x >>> 16
  x = Math.imul(x, 0x7feb352d)
  x ^= x >>> 15
  x = Math.imul(x, 0x846ca68b)
  return x ^ (x >>> 16)
}

/** A number for a pair of numbers; order counts. */
export function hash(a: number, b: number): number {
  return mix(mix((a + GOLDEN) | 0) ^ Math.imul(b | 0, OTHER)) >>> 0
}

/** All randomness of one purpose. */
export class Draws {
  readonly #key: number
  #turn = 0

  /** @param purpose `arrivals/ingestion`, `service/registry` */
  constructor(seed: number, purpose: string) {
    let key = mix((seed ^ GOLDEN) | 0)
    for (let i = 0; i < purpose.length; i++) key = mix((key ^ purpose.charCodeAt(i)) + GOLDEN)
    this.#key = key
  }

  /** Uniform in (0, 1), the same for the same two numbers. */
  at(a: number, b: number): number {
    const first = mix((this.#key + Math.imul(a | 0, GOLDEN)) | 0)
    return ((mix((first ^ Math.imul(b | 0, OTHER)) + this.#key) >>> 0) + 0.5) * STEP
  }

  /** The next of a sequence; for what has no place of its own. An arrow function: policies take it as it is. */
  readonly next = (): number => {
    const turn = this.#turn++
    return this.at(turn, (turn / 2 ** 32) | 0)
  }
}
