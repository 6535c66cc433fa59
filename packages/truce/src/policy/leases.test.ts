import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Leases } from './leases.js'

describe('leases', () => {
  // opossum without a timeout stays half-open for ever behind one hung probe; cockatiel blocks everybody behind it.
  it('gives the place of a holder that never comes back to another, once its time is over', () => {
    const leases = new Leases(1)
    expect(leases.take(1, 0, 100)).toBe(true)
    expect(leases.take(2, 99, 100)).toBe(false)
    expect([leases.free(99), leases.free(100), leases.nextFree()]).toEqual([false, true, 100])
    expect(leases.take(3, 100, 100)).toBe(true)
    expect(leases.give(1), 'the late one has no place any more').toBe(false)
    expect([leases.holds(1), leases.holds(3)]).toEqual([false, true])
  })

  it('takes a free place before a lapsed one: who is late may still come back', () => {
    const leases = new Leases(2)
    leases.take(1, 0, 100)
    expect(leases.take(2, 500, 100)).toBe(true)
    expect(leases.holds(1)).toBe(true)
    expect(leases.take(3, 500, 100)).toBe(true)
    expect([leases.holds(1), leases.holds(2)]).toEqual([false, true])
  })

  it('a place that was kept comes back only when all are cleared', () => {
    const leases = new Leases(1)
    leases.take(1, 0, 100)
    expect(leases.keep(1)).toBe(true)
    expect([leases.keep(1), leases.give(1), leases.holds(1), leases.free(1e12)]).toEqual([false, false, false, false])
    leases.clear()
    expect(leases.take(2, 0, 100)).toBe(true)
    leases.clear()
    expect([leases.holds(2), leases.give(2)]).toEqual([false, false])
  })

  it('is unused until a place is taken, and again once all are given back, lapsed or cleared', () => {
    const leases = new Leases(2)
    const seen = [leases.unused(0)]
    leases.take(1, 0, 100)
    seen.push(leases.unused(0))
    leases.take(2, 0, 100)
    leases.give(1)
    seen.push(leases.unused(0))
    leases.give(2)
    seen.push(leases.unused(0))
    leases.take(3, 0, 100)
    leases.keep(3)
    seen.push(leases.unused(0))
    leases.clear()
    seen.push(leases.unused(0))
    leases.take(4, 0, 100)
    seen.push(leases.unused(99), leases.unused(100))
    expect(seen).toEqual([true, false, false, true, false, true, false, true])
  })

  it('knows no holder 0: a refused permit holds nothing', () => {
    const leases = new Leases(3)
    expect([leases.holds(0), leases.give(0), leases.keep(0)]).toEqual([false, false, false])
  })

  it('never has more holders within their time than places', () => {
    const acts = fc.array(
      fc.record({
        act: fc.constantFrom('take', 'take', 'give'),
        pause: fc.integer({ min: 1, max: 60 }),
        which: fc.nat(),
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), acts, (places, steps) => {
        const leases = new Leases(places)
        let held: { holder: number; until: number }[] = []
        let now = 0
        let serial = 0
        for (const { act, pause, which } of steps) {
          now += pause
          if (act === 'take') {
            const full = held.filter(({ until }) => until > now).length === places
            expect(leases.free(now)).toBe(!full)
            expect(leases.take(++serial, now, 100)).toBe(!full)
            if (full) continue
            if (held.length === places) held = held.toSorted((a, b) => a.until - b.until).slice(1)
            held.push({ holder: serial, until: now + 100 })
          } else {
            const holder = 1 + (which % (serial + 1))
            expect(leases.give(holder)).toBe(held.some((lease) => lease.holder === holder))
            held = held.filter((lease) => lease.holder !== holder)
          }
        }
      }),
    )
  })
})
