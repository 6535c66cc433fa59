/** What places take for the usual latency, by what makes them look down. */
import { describe, expect, it } from 'vitest'
import { CALM, House, type How, type Service, steady, workers } from '../../../test/admission/house.js'

/** What is taken for the usual latency: beyond two and a half times that, it looks down. @returns ms, to a tenth */
function usual(trained: () => House): number {
  let [same, longer] = [0, 10_000]
  while (longer - same > 0.1) {
    const ms = (same + longer) / 2
    const house = trained()
    const { limit } = house.places
    house.serve(170, steady(ms, 10))
    if (house.places.limit < limit) longer = ms
    else same = ms
  }
  return Math.round(2 * (same + longer)) / 10
}

describe('the usual latency of a service', () => {
  /** Rounds with room for all. */
  const idle = (house: House, rounds: number, ms: number, how: How = CALM) =>
    house.serve(40 * rounds, steady(ms, 10), how)

  it.each([
    ['the mean of the first few rounds', 1, 100, CALM, 75],
    // 95.5 after ten rounds.
    ['then a tenth of the way up', 11, 100, CALM, 96],
    ['nothing longer where somebody waited', 1, 100, { inside: 10, wanted: 0.1 }, 50],
    ['15 % of the way down where somebody waited', 1, 10, { inside: 10, wanted: 0.1 }, 44],
  ])('learns in calm: %s', (_, rounds, ms, how, learned) => {
    expect(usual(() => idle(new House().calm(), rounds, ms, how))).toBe(learned)
  })

  it.each([
    ['a tenth of the way up', 100, CALM, 55],
    ['a fiftieth where half of the places are taken', 100, { inside: 20, wanted: 0 }, 51],
    ['15 % of the way down', 10, CALM, 44],
  ])('learns in calm, once sixty rounds are known: %s', (_, ms, how, learned) => {
    expect(usual(() => idle(idle(new House().calm(), 60, 50), 1, ms, how))).toBe(learned)
  })

  it('comes down in a full house', () => {
    expect(usual(() => new House(40, { limitMax: 40 }).calm().serve(40, steady(10, 10)))).toBe(44)
  })

  /** A round that is calm but for one who waited: that moves the usual latency no way up. */
  const rest = (house: House, ms: number) => house.serve(400, steady(ms, 10), { inside: 10, wanted: 0.1 })

  it('is at least what was found on a look up, over 1.8', () => {
    const service: Service = (inside) => ({ ms: 120, apart: 400 / inside })
    expect(usual(() => new House(40, { limitMax: 50 }).calm().serve(300, service))).toBe(66.7)
  })

  const slower = () => new House().calm(workers(40, 50)).serve(161, workers(40, 500))

  it('is at least what was lost on a look down, over 1.8, and the second time all of it', () => {
    const twice = () => new House().calm(workers(40, 50)).serve(161, workers(40, 500)).serve(300, workers(40, 720))
    expect(usual(slower)).toBe(277.8)
    expect(usual(() => rest(twice(), 720))).toBe(720)
  })

  it('is over 1.8 again once a look down has found a queue', () => {
    const queue: Service = (inside) => ({ ms: inside < 40 ? 500 : 2_000, apart: 12.5 })
    const again = () => slower().serve(160, queue).serve(150, workers(20, 900))
    // All of what was lost would be 900.
    expect(usual(() => rest(again(), 900))).toBeLessThan(600)
  })

  it('is the mean of the rounds before a look down, of which the last counts for three tenths', () => {
    const house = () =>
      new House()
        .calm()
        .serve(40, steady(100, 10))
        .serve(213 + 9, steady(200, 10))
        .serve(40, steady(110, 10))
        .serve(40, steady(120, 10))
        .serve(40, steady(124, 10))
    // Half as many places serve half as much.
    const lost = () => house().serve(200, (inside) => ({ ms: 124, apart: inside < 40 ? 20 : 10 }))
    expect(usual(() => rest(lost(), 124))).toBe(62.7)
  })

  it('is at most what was found on a look down', () => {
    const found = () => new House().calm(workers(40, 50)).serve(120, steady(300, 10)).serve(100, steady(20, 10))
    expect(usual(() => rest(found(), 30))).toBe(20)
  })
})
