import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { AdaptiveLimit, LIMIT, type LimitSettings } from './limit.js'

const make = (changes: Partial<LimitSettings> = {}) =>
  new AdaptiveLimit({ min: LIMIT.min, max: LIMIT.max, initial: LIMIT.initial, ...changes })

/** Rounds in which so many run at once, each taking so long; one in `dropped` is dropped. */
function rounds(of: AdaptiveLimit, count: number, atOnce: (limit: number) => number, ms: number, dropped = 0): number {
  for (let round = 0; round < count; round++) {
    const outcomes = Math.max(LIMIT.round, of.limit)
    const together = atOnce(of.limit)
    for (let n = 0; n < together; n++) of.started()
    for (let n = 0; n < outcomes; n++) {
      of.ended(ms, dropped > 0 && n % dropped === 0)
      if (n < outcomes - 1) of.started()
    }
    while (of.inFlight > 0) of.released()
  }
  return of.limit
}
const full = (limit: number) => limit
const ten = () => 10

describe('limit', () => {
  test.each<[string, (limit: AdaptiveLimit) => number, [number, number]]>([
    ['starts where it was told to', (limit) => limit.limit, [20, 20]],
    ['grows by its square root while nothing queues', (limit) => rounds(limit, 1, full, 50), [23, 24]],
    ['goes on growing, up to the greatest', (limit) => rounds(limit, 200, full, 50), [LIMIT.max, LIMIT.max]],
    ['does not grow while less than half of it is in use', (limit) => rounds(limit, 200, () => 9, 50), [20, 20]],
    ['grows with what is used, to twice that', (limit) => rounds(limit, 200, ten, 50), [21, 24]],
  ])('%s', (_, act, [least, most]) => {
    const reached = act(make())
    expect(reached).toBeGreaterThanOrEqual(least)
    expect(reached).toBeLessThanOrEqual(most)
  })

  it('shrinks when attempts take longer than usual, to the room that it asks for', () => {
    const limit = make({ initial: 100 })
    rounds(limit, 3, full, 50)
    const before = limit.limit
    expect(rounds(limit, 1, full, 100)).toBeLessThan(before)
    expect(rounds(limit, 20, full, 200)).toBeLessThan(before / 4)
  })

  it('takes what became faster as usual at once: as slow as before is then too slow', () => {
    const limit = make({ initial: 100 })
    rounds(limit, 3, full, 200)
    rounds(limit, 5, full, 50)
    const before = limit.limit
    expect(rounds(limit, 1, full, 200)).toBeLessThan(before)
  })

  it('learns nothing of what is usual from a round in which nothing was served', () => {
    const limit = make({ initial: 100 })
    rounds(limit, 3, full, 50)
    const before = rounds(limit, 1, full, 50, 1)
    expect(rounds(limit, 1, full, 200)).toBeLessThan(before)
  })

  it('takes what became slower for good as usual in the end', () => {
    const limit = make({ initial: 100 })
    rounds(limit, 3, full, 50)
    const low = rounds(limit, 20, full, 200)
    expect(rounds(limit, 600, full, 200)).toBeGreaterThan(low * 10)
  })

  it('learns a slower dependency at once where nobody presses: without a crowd nothing queues', () => {
    const limit = make()
    rounds(limit, 3, full, 50)
    rounds(limit, 40, () => 1, 200)
    const before = limit.limit
    expect(rounds(limit, 1, full, 200)).toBeGreaterThan(before)
  })

  it('drops cut it by a tenth a round, few drops do not', () => {
    expect(rounds(make({ initial: 100 }), 1, full, 50, 8)).toBe(90)
    expect(rounds(make({ initial: 100 }), 1, full, 50, 10), 'a tenth').toBe(108)
    expect(rounds(make({ initial: 100 }), 1, ten, 50, 8), 'also while it is not used').toBe(90)
  })

  it.each([1, 5])('never falls below its least of %d, and comes back from there', (min) => {
    const limit = make({ min })
    rounds(limit, 3, full, 50)
    expect(rounds(limit, 100, full, 1_000, 1), 'everything dropped').toBe(min)
    expect(rounds(limit, 50, full, 50)).toBeGreaterThan(100)
  })

  it('starts within its limits', () => {
    expect([make({ initial: 5_000 }).limit, make({ initial: 1, min: 3 }).limit]).toEqual([LIMIT.max, 3])
  })

  it('answers in less than a millisecond do not shrink it: pauses of the own process are no queue', () => {
    const limit = make()
    rounds(limit, 5, full, 0)
    const before = limit.limit
    expect(rounds(limit, 1, full, 0.9)).toBeGreaterThan(before)
  })

  it('what ends without a word is no outcome', () => {
    const limit = make()
    for (let n = 0; n < 1_000; n++) {
      limit.started()
      limit.released()
    }
    expect([limit.limit, limit.inFlight]).toEqual([20, 0])
  })

  it('a crowd that only leaves is still a crowd', () => {
    const limit = make()
    for (let n = 0; n < 60; n++) limit.started()
    const limits = [1, 2].map(() => {
      for (let n = 0; n < LIMIT.round; n++) limit.ended(50)
      return limit.limit
    })
    expect(limits).toEqual([23, 27])
  })

  it('says when it changed', () => {
    const limit = make()
    const changes: number[] = []
    for (let n = 0; n < 60; n++) {
      for (let more = limit.inFlight; more < 20; more++) limit.started()
      if (limit.ended(50)) changes.push(n)
    }
    expect(changes).toEqual([29, 59])
  })

  it('is whole, within its limits, and knows how many run, whatever comes', () => {
    const acts = fc.array(
      fc.record({
        act: fc.constantFrom('start', 'end', 'drop', 'release'),
        times: fc.integer({ min: 1, max: 60 }),
        ms: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e5, noNaN: true })),
      }),
      { maxLength: 60 },
    )
    const settings = fc.record({
      min: fc.integer({ min: 1, max: 10 }),
      max: fc.integer({ min: 10, max: 200 }),
      initial: fc.integer({ min: 1, max: 300 }),
    })
    fc.assert(
      fc.property(settings, acts, (own, steps) => {
        const limit = new AdaptiveLimit(own)
        let running = 0
        for (const { act, times, ms } of steps) {
          for (let n = 0; n < times; n++) {
            if (act === 'start') {
              limit.started()
              running++
            } else if (running > 0) {
              if (act === 'release') limit.released()
              else {
                const before = limit.limit
                expect(limit.ended(ms, act === 'drop')).toBe(limit.limit !== before)
              }
              running--
            }
            expect(limit.inFlight).toBe(running)
            expect(Number.isInteger(limit.limit)).toBe(true)
            expect(limit.limit).toBeGreaterThanOrEqual(own.min)
            expect(limit.limit).toBeLessThanOrEqual(own.max)
          }
        }
      }),
    )
  })
})
