import { describe, expect, it } from 'vitest'
import { Slots } from './slots.js'

/** 100 a second. */
const RATE = 0.1

describe('slots', () => {
  it('are as far apart as departures', () => {
    const slots = new Slots(10_000)
    for (let n = 0; n < 10; n++) slots.arrived(true, 0)
    const given = Array.from({ length: 10 }, () => slots.give(RATE, 0, true, 0))
    expect(given[0]).toBe(0)
    for (let n = 1; n < 10; n++) expect((given[n] as number) - (given[n - 1] as number)).toBeCloseTo(10)
  })

  it('begin behind those who wait now', () => {
    expect(new Slots(10_000).give(RATE, 250, false, 0)).toBe(250)
  })

  it('leave originals their part of the rate', () => {
    const slots = new Slots(10_000)
    // 50 a second for 5 s.
    for (let n = 0; n < 250; n++) slots.arrived(false, n * 20)
    for (let n = 0; n < 10; n++) slots.arrived(true, 4_990)
    slots.give(RATE, 0, false, 4_990)
    // 100 less 50, and a tenth of these.
    expect(slots.give(RATE, 0, false, 4_990)).toBeCloseTo(1_000 / 45, 0)
  })

  it('come closer where callers do not come back', () => {
    const slots = new Slots(10_000)
    let last = 0
    for (let n = 0; n < 100; n++) last = slots.give(RATE, 0, true, 0)
    expect(last).toBeLessThan(0.5 * 100 * 10)
  })

  it('never promise beyond their bound, however many ask, and however little is left', () => {
    const slots = new Slots(10_000)
    for (let n = 0; n < 10_000; n++) slots.arrived(false, 0)
    for (let n = 0; n < 10_000; n++) expect(slots.give(RATE, 0, true, 0)).toBeLessThanOrEqual(10_000)
    expect(slots.give(0, Number.POSITIVE_INFINITY, true, 0)).toBeLessThanOrEqual(10_000)
    expect(slots.give(RATE, 0, true, 60_000)).toBe(0)
  })

  it('are kept for a call that somebody waits for as far as it waits; farther, for few', () => {
    const slots = new Slots(10_000)
    for (let n = 0; n < 1_000; n++) slots.arrived(true, 0)
    const given = Array.from({ length: 1_000 }, () => slots.give(RATE, 0, false, 0))
    const kept = given.filter((slot) => slot <= 1_500)
    // One each 10 ms, however many ask.
    expect(kept.length).toBe(151)
    expect(given.slice(151).every((slot) => slot >= 3_000)).toBe(true)
    // Whoever has time takes the next one of the first queue.
    expect(slots.give(RATE, 0, true, 0)).toBeCloseTo(1_510)
    // And as time passes its places come up, one each 10 ms.
    for (let n = 0; n < 1_000; n++) slots.arrived(true, 1_000)
    expect(
      Array.from({ length: 500 }, () => slots.give(RATE, 0, false, 1_000)).filter((slot) => slot <= 1_500).length,
    ).toBe(99)
  })

  it('are half as far apart where half of the callers come back', () => {
    const slots = new Slots(10_000)
    for (let n = 0; n < 9; n++) slots.give(RATE, 1_000, true, 0)
    for (let n = 0; n < 4; n++) slots.arrived(true, 0)
    const tenth = slots.give(RATE, 2_000, true, 0)
    slots.arrived(true, 0)
    // Besides those seen there is one more of each: nothing is known of the first.
    expect(slots.give(RATE, 0, true, 0) - tenth).toBeCloseTo((10 * (5 + 1)) / (10 + 1))
  })

  it('of the second queue begin at three seconds from now, closer to each other, and end at the bound', () => {
    const slots = new Slots(4_000)
    const far = () => slots.give(RATE, 2_000, false, 50_000)
    expect([far(), far(), far()]).toEqual([3_000, 3_002, 3_004])
    for (let n = 0; n < 1_000; n++) far()
    expect(far()).toBe(4_000)
  })
})
