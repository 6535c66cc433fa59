import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { budgetDefaults } from './budget.js'
import { CountWindow, TimeWindow } from './window.js'

const SPAN = 1_000
const BUCKET = 100

describe('TimeWindow', () => {
  // cockatiel's sampling breaker: after an idle hour its 5 s window still held 40 old samples.
  it('is empty after an idle hour', () => {
    const window = new TimeWindow(SPAN, 2)
    for (let event = 0; event < 40; event++) window.add(1, event * 10)
    expect(window.sum(1, 400)).toBe(40)
    expect(window.sum(1, 400 + 3_600_000)).toBe(0)
    window.add(1, 3_600_500)
    expect([window.sum(0, 3_600_500), window.sum(1, 3_600_500)]).toEqual([0, 1])
  })

  // 300,000 ÷ (30,000 ÷ 10.1) is 100.99…, though the hundredth bucket has just ended.
  it.each([101, 105, 113, 150, 299])(
    'has no bucket twice where buckets are no whole ms: a fleet of %i',
    (instances) => {
      const span = budgetDefaults(instances, true).window
      const window = new TimeWindow(span, 1)
      for (let now = 0; now < 4_000_000; now += 100) window.add(0, now)
      const sum = window.sum(0, 4_000_000)
      expect(sum).toBeGreaterThan((span * 0.9) / 100 - 1)
      expect(sum).toBeLessThan(span / 100 + 1)
    },
  )

  it('adds what came before its current bucket ended to that bucket', () => {
    const window = new TimeWindow(SPAN, 2)
    expect(window.ends).toBe(Number.NEGATIVE_INFINITY)
    window.moveOn(250)
    window.moveOn(50)
    expect(window.ends).toBe(300)
    window.addLatest(1, 3)
    window.moveOn(299)
    window.add(1, 299)
    expect([window.latest(0), window.latest(1), window.ends]).toEqual([0, 4, 300])
    window.moveOn(300)
    expect([window.latest(1), window.ends]).toEqual([4, 400])
    window.moveOn(1_200)
    expect([window.latest(1), window.ends]).toEqual([0, 1_300])
  })

  it('counts every event of the last span less a bucket, and none older than the span', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.nat(2))), fc.nat(1_500), (steps, idle) => {
        const window = new TimeWindow(SPAN, 3)
        const events: { at: number; column: number }[] = []
        let now = 0
        for (const [pause, column] of steps) {
          now += pause
          window.add(column, now)
          events.push({ at: now, column })
          check(now)
        }
        check(now + idle)

        function check(at: number): void {
          for (let column = 0; column < 3; column++) {
            const younger = (age: number) => events.filter((event) => event.column === column && at - event.at <= age)
            const sum = window.sum(column, at)
            expect(sum).toBeGreaterThanOrEqual(younger(SPAN - BUCKET).length)
            expect(sum).toBeLessThanOrEqual(younger(SPAN - 1).length)
          }
        }
      }),
    )
  })

  const step = fc.record({
    act: fc.constantFrom('add', 'add', 'add', 'takeBack', 'sum', 'clear'),
    // Mostly forwards, now and then backwards: a clock may be set, a caller may pass an older reading.
    pause: fc.oneof(fc.nat(300), fc.integer({ min: -500, max: 2_500 })),
    ago: fc.nat(1_500),
    column: fc.nat(1),
    count: fc.integer({ min: 1, max: 3 }),
  })

  it('equals a list of events in buckets, whatever is added, taken back and asked, even with time running backwards', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const window = new TimeWindow(SPAN, 2)
        let events: { bucket: number; column: number }[] = []
        let now = 5_000
        let current = 0
        const inWindow = (column: number, at = current) =>
          events.filter((event) => event.column === column && event.bucket > at - 10).length

        for (const { act, pause, ago, column, count } of steps) {
          now = Math.max(0, now + pause)
          if (act === 'clear') {
            events = []
            window.clear()
            continue
          }
          // To look ahead changes nothing: the exact comparison below would show it.
          const ahead = Math.max(current, Math.floor((now + ago) / BUCKET))
          expect(window.peek(column, now + ago)).toBe(inWindow(column, ahead))
          current = Math.max(current, Math.floor(now / BUCKET))
          if (act === 'add') {
            window.add(column, now, count)
            for (let one = 0; one < count; one++) events.push({ bucket: current, column })
          } else if (act === 'takeBack') {
            window.takeBack(column, now - ago, now)
            const bucket = Math.min(current, Math.floor((now - ago) / BUCKET))
            const index = events.findIndex((event) => event.column === column && event.bucket === bucket)
            if (index >= 0 && bucket > current - 10) events.splice(index, 1)
          }
          for (const each of [0, 1]) {
            expect(window.sum(each, now)).toBe(inWindow(each))
            expect(window.sum(each, now)).toBeGreaterThanOrEqual(0)
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  test.each<[string, (window: TimeWindow) => void, number, number]>([
    ['what left the window', (window) => window.takeBack(0, 0, 1_000), 1_000, 0],
    ['more than was added', (window) => [1, 2, 3].forEach(() => window.takeBack(0, 0, 10)), 10, 0],
    ['a time before all time', (window) => window.takeBack(0, -500, 10), 10, 2],
    ['what was cleared', (window) => (window.clear(), window.takeBack(0, 0, 10)), 10, 0],
  ])('takeBack of %s neither goes below zero nor resurrects', (_, act, now, expected) => {
    const window = new TimeWindow(SPAN, 1)
    window.add(0, 0, 2)
    act(window)
    expect(window.sum(0, now)).toBe(expected)
    expect(window.sum(0, now + SPAN)).toBe(0)
  })

  it('takeBack moves it on, like everything that is told a time', () => {
    const window = new TimeWindow(SPAN, 1)
    window.add(0, 0, 2)
    window.moveOn(SPAN - 1)
    window.takeBack(0, 0, SPAN)
    expect([window.latest(0), window.ends]).toEqual([0, SPAN + BUCKET])
  })

  it('counts what came before it was ever told a time as of just before time 0, and never takes that back', () => {
    const window = new TimeWindow(SPAN, 1)
    window.addLatest(0, 2)
    window.takeBack(0, -BUCKET, 0)
    expect([0, SPAN - BUCKET - 1, SPAN - BUCKET].map((now) => window.sum(0, now))).toEqual([2, 2, 0])
  })

  it('takes the very end of a bucket as the start of the next', () => {
    const window = new TimeWindow(SPAN, 1)
    window.add(0, 0)
    window.add(0, BUCKET)
    expect([window.peek(0, SPAN - 1), window.peek(0, SPAN), window.peek(0, SPAN + BUCKET)]).toEqual([2, 1, 0])
    const full = new TimeWindow(SPAN, 1)
    full.add(0, 0)
    full.add(0, SPAN - 1)
    expect([full.peek(0, SPAN - 1), full.peek(0, SPAN)], 'the bucket counted in last').toEqual([2, 1])
    expect([window.sum(0, SPAN - 1), window.sum(0, SPAN), window.sum(0, SPAN + BUCKET)]).toEqual([2, 1, 0])
  })

  it('counts an event of the past as one of now', () => {
    const window = new TimeWindow(SPAN, 1)
    window.add(0, 2_000)
    window.add(0, 500)
    expect(window.sum(0, 2_999)).toBe(2)
    expect(window.sum(0, 3_000)).toBe(0)
  })

  it('is empty before anything happened, looked at now or ahead', () => {
    const window = new TimeWindow(SPAN, 1)
    expect([window.peek(0, 7_000), window.sum(0, 7_000)]).toEqual([0, 0])
  })
})

describe('CountWindow', () => {
  it('equals the last `size` entries of a list', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.option(fc.nat(7), { freq: 30 })), (size, outcomes) => {
        const window = new CountWindow(size, 3)
        let list: number[] = []
        for (const flags of outcomes) {
          if (flags === null) {
            window.clear()
            list = []
          } else {
            window.push(flags)
            list.push(flags)
          }
          const last = list.slice(-size)
          expect(window.total).toBe(last.length)
          for (let bit = 0; bit < 3; bit++) {
            expect(window.count(bit)).toBe(last.filter((outcome) => (outcome >> bit) & 1).length)
          }
        }
      }),
    )
  })
})
