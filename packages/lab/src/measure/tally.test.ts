import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SECOND, Tally } from './tally.js'

const DURATION = 3_000

/** Times in their order, with the attempt of a call that each is; many where one of so many buckets begins, and shortly before. */
const timesFor = (buckets: number) => {
  const bound = fc
    .integer({ min: 1, max: buckets })
    .map((n) => [((n - 0.5) * DURATION) / buckets, (n * DURATION) / buckets])
  const any = fc.double({ min: 0, max: DURATION, noNaN: true }).map((at) => [at])
  const attempt = fc.integer({ min: 1, max: 3 })
  return fc
    .array(fc.tuple(fc.oneof(bound, any), attempt), { maxLength: 40 })
    .map((all) => all.flatMap(([ats, number]) => ats.map((at) => [at, number] as const)))
    .map((all) => all.toSorted(([one], [other]) => one - other))
}

test('an attempt is counted in the second and in the bucket in which it was sent', () => {
  const cases = fc
    .integer({ min: 1, max: DURATION })
    .chain((buckets) => timesFor(buckets).map((sent) => ({ buckets, sent })))
  fc.assert(
    fc.property(cases, ({ buckets: wanted, sent }) => {
      const bucketMs = DURATION / wanted
      const tally = new Tally(DURATION, bucketMs, 1)
      const counts = (ms: number, only: (attempt: number) => boolean) => {
        const buckets = Math.ceil(DURATION / ms)
        const all = new Float64Array(buckets)
        for (const [at, attempt] of sent) {
          const bucket = Math.min(buckets - 1, Math.floor(at / ms))
          if (only(attempt)) all[bucket] = (all[bucket] as number) + 1
        }
        return all
      }
      for (const [at, attempt] of sent) tally.attempt(attempt, at)
      for (const [flow, only] of [
        [tally.attempts, () => true],
        [tally.retries, (attempt: number) => attempt > 1],
      ] as const) {
        expect(flow.seconds.counts).toEqual(counts(SECOND, only))
        expect(flow.buckets.counts).toEqual(counts(bucketMs, only))
      }
    }),
    { numRuns: 500 },
  )
})

test('no bucket has more retries than attempts, where its width is no whole number', () => {
  const tally = new Tally(70, 70 / 120, 1)
  tally.attempt(1, 62.8)
  tally.attempt(2, 63)
  const retries = tally.retries.buckets.counts
  expect([...tally.attempts.buckets.counts].every((all, bucket) => all >= (retries[bucket] as number))).toBe(true)
})
