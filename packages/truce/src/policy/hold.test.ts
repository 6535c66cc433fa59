import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOLD, Hold } from './hold.js'

describe('a hold', () => {
  it('lasts as long as was said, to the millisecond', () => {
    const hold = new Hold()
    expect(hold.left(1_000)).toBe(0)
    hold.keep(340, 1_000)
    expect([hold.left(1_000), hold.left(1_339), hold.left(1_340), hold.left(9_000)]).toEqual([340, 1, 0, 0])
  })

  it('is what was said last, shorter or longer', () => {
    const hold = new Hold()
    hold.keep(900, 0)
    hold.keep(100, 50)
    expect(hold.left(50)).toBe(100)
    hold.keep(2_000, 60)
    expect(hold.left(60)).toBe(2_000)
  })

  it('never lasts longer than ten seconds, whoever says what', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20_000), fc.double({ min: 0, max: 1e12, noNaN: true }))), (words) => {
        const hold = new Hold()
        let now = 0
        for (const [pause, ms] of words) hold.keep(ms, (now += pause))
        expect(hold.left(now)).toBeLessThanOrEqual(HOLD.max)
        expect(hold.left(now + HOLD.max)).toBe(0)
      }),
    )
  })
})
