/**
 * Seeded randomness: service times, fault draws and arrivals come from the run's seed, so that both
 * halves of a run meet the same arrivals and a strange run can be repeated.
 *
 * @module
 */

/** Uniform in [0, 1). */
export type Random = () => number

/** @see mulberry32 by T. Ettinger: 32 bits of state, enough for draws that need not be secret */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Between 0.5 and 1.5 times the mean: some variance, no heavy tail that would hide a fault's. */
export function spread(mean: number, random: Random): number {
  return mean * (0.5 + random())
}
