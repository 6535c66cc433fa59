/**
 * Seeded randomness: the same "random" everywhere, so that a failing test fails again.
 *
 * @module
 */
import type { Random } from '../policy/random.js'

/**
 * A random source that gives the same sequence for the same seed, on every machine and version.
 *
 * Not for secrets. The generator is sfc32 (period at least 2³²), its state filled by splitmix32 so that
 * neighbouring seeds give unrelated sequences.
 *
 * @param seed any finite number
 * @returns uniform in [0, 1), in steps of 2⁻³²
 * @throws TypeError for a seed that is not a finite number
 * @see C. Doty-Humphrey, PractRand 0.93 (sfc32); G. Steele, D. Lea, C. Flood, "Fast Splittable
 *   Pseudorandom Number Generators" (2014), 32-bit finaliser by C. Wellons, "lowbias32"
 * @example
 * const random = seeded(7)
 * random() === seeded(7)() // true
 */
export function seeded(seed: number): Random {
  if (!Number.isFinite(seed)) throw new TypeError(`seeded: the seed is ${seed}; give a finite number, such as 7`)
  const fill = mixer(seed)
  let a = fill()
  let b = fill()
  let c = fill()
  let counter = 1
  const next = () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  // The first words still resemble the seed; sfc32's author discards as many.
  for (let round = 0; round < 12; round++) next()
  return () => next() / 2 ** 32
}

/** 2³² over the golden ratio: steps of it spread evenly. */
const GOLDEN = 0x9e3779b9

/** Both halves of the double count: 1 and 1.5 are different seeds. */
function mixer(seed: number): () => number {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, seed + 0)
  let state = bits.getUint32(4) ^ Math.imul(bits.getUint32(0), GOLDEN)
  return () => {
    state = (state + GOLDEN) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x7feb352d)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x846ca68b)
    return mixed ^ (mixed >>> 16)
  }
}
