/**
 * Nobody starves: what each caller gets when more is asked than can be served.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Request, serve } from './server-model.js'

/** 20 workers of 50 ms: 400 a second. */
const CAPACITY = 400
const SECONDS = 40
/** Learning takes a while. */
const FROM = 10

/** Requests served a second, for each caller, when they ask for so many. */
function shared(asked: readonly number[], seed: number, says?: (request: Request, caller: number) => void): number[] {
  const all = asked.reduce((sum, rate) => sum + rate, 0)
  const served = asked.map(() => 0)
  serve({
    phases: [{ seconds: SECONDS, rate: all, workers: 20, mean: 50 }],
    seed,
    says(request, u) {
      let pick = u() * all
      const caller = Math.max(
        0,
        asked.findIndex((rate) => (pick -= rate) < 0),
      )
      request.caller = `caller-${caller}`
      says?.(request, caller)
    },
    onServed(request, now) {
      const caller = Number(request.caller?.slice('caller-'.length))
      if (now > FROM * 1_000 && now < SECONDS * 1_000) served[caller] = (served[caller] ?? 0) + 1
    },
  })
  return served.map((count) => count / (SECONDS - FROM))
}

describe('fair share', () => {
  test('whoever asks for no more than a fair share gets it, whatever the others ask for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 400, max: 2_000 }),
        fc.integer({ min: 1, max: 1_000 }),
        (modest, greedy, seed) => {
          const fair = CAPACITY / (modest.length + 1)
          const got = shared([...modest, greedy], seed)
          for (const [caller, rate] of modest.entries()) {
            // Ten of a hundred for chance, and what a small number has of it.
            const wanted = Math.min(rate, fair)
            expect(got[caller]).toBeGreaterThan(0.8 * wanted - 3 * Math.sqrt(wanted / (SECONDS - FROM)))
          }
          // What they leave is not wasted.
          expect(got.reduce((sum, rate) => sum + rate, 0)).toBeGreaterThan(0.8 * CAPACITY)
        },
      ),
      { numRuns: 12, seed: 8 },
    )
  }, 60_000)

  test('without it, the greedy would have all but crumbs', () => {
    const asked = [40, 40, 2_000]
    const alone = shared(asked, 3, (request) => {
      request.caller = 'caller-2'
    })
    expect(alone[2]).toBeGreaterThan(300)
    const got = shared(asked, 3)
    expect(Math.min(got[0] as number, got[1] as number)).toBeGreaterThan(30)
  }, 60_000)

  test('a caller that calls its retries originals gains nothing over its fair share', () => {
    const asked = [150, 150, 1_500]
    const honest = shared(asked, 5, (request, caller) => {
      request.retry = caller === 2
    })
    const lying = shared(asked, 5)
    for (const caller of [0, 1]) {
      expect(honest[caller]).toBeGreaterThan(0.75 * (CAPACITY / 3))
      expect(lying[caller]).toBeGreaterThan(0.75 * (CAPACITY / 3))
    }
    expect(lying[2]).toBeLessThan(1.4 * (CAPACITY / 3))
  }, 60_000)
})
