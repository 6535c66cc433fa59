/**
 * Pairs: the same work with a raw client and with Truce, in turns.
 *
 * The two are never compared over different seconds: a round runs both, in alternating order, and the ratio is the
 * median of the rounds' own ratios.
 *
 * @module
 */

/** One thing that is done two ways. Each is called with a number that no call of the run had before. */
export interface Pair {
  readonly store: string
  readonly mode: string
  readonly concurrency: number
  /** Operations in a sample: long enough for the clock, short enough for many rounds. */
  readonly sample: number
  readonly raw: (nth: number) => Promise<unknown>
  readonly truce: (nth: number) => Promise<unknown>
}

/** Of one store, with what it runs on. */
export interface Pairs {
  readonly pairs: readonly Pair[]
  readonly close: () => Promise<void>
}

/** Operations a second, medians; `ratio`: of Truce to raw. */
export interface Measured {
  readonly raw: number
  readonly truce: number
  readonly ratio: number
}

/** @param rounds measured after one that is not */
export async function measure(pair: Pair, rounds: number): Promise<Measured> {
  const raw: number[] = []
  const truce: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const ways = round % 2 === 0 ? [pair.raw, pair.truce] : [pair.truce, pair.raw]
    for (const way of ways) {
      const rate = await rateOf(way, pair.sample, pair.concurrency)
      if (round > 0) (way === pair.raw ? raw : truce).push(rate)
    }
  }
  return {
    raw: median(raw),
    truce: median(truce),
    ratio: median(truce.map((rate, round) => rate / (raw[round] as number))),
  }
}

let calls = 0

async function rateOf(way: Pair['raw'], sample: number, concurrency: number): Promise<number> {
  let left = sample
  const began = performance.now()
  const worker = async () => {
    while (left-- > 0) await way(calls++)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return (sample * 1_000) / (performance.now() - began)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  if (sorted.length % 2 === 1) return sorted[middle] as number
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
