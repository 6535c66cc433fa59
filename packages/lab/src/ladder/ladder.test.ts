import { beforeAll, describe, expect, test } from 'vitest'
import { loadScenario } from '../scenario/load.js'
import { withInstances } from './climb.js'
import { climbAll, type Climbed, meanOf, worstOf } from './ladder.js'

/** A few storms, one seed: what fails here fails on the whole ladder too. */
describe('the shipped presets', () => {
  const QUICK = ['a', 'b2', 'c30', 'c30@90', 'e', 'l', 'p', 'q', '70 % hang']
  let climbed: Climbed
  beforeAll(() => {
    climbed = climbAll({ only: QUICK, seeds: 1 })
  }, 60_000)

  test('are in no storm worse than doing nothing by more than 2 points', () => {
    expect(climbed.worst.truce.against).toBeGreaterThan(-0.02)
    expect(climbed.worst.truceDropsExpired.against).toBeGreaterThan(-0.02)
    expect(climbed.worst.truceAdmission.against).toBeGreaterThan(-0.02)
  })

  test('where retries in the usual way cost half of the calls and more', () => {
    expect(climbed.worst.naive.against).toBeLessThan(-0.4)
    expect(climbed.worst.backoff.against).toBeLessThan(-0.4)
  })

  test('turn storms that do not end into such that do', () => {
    expect(climbed.rungs['b2-frozen-at-95']?.truce).toBeGreaterThan(0.82)
    expect(climbed.rungs['b2-frozen-at-95']?.backoff).toBeLessThan(0.3)
    expect(climbed.rungs['c30-errors']?.truce).toBeGreaterThan(0.95)
    expect(climbed.mean.truce - climbed.mean.none).toBeGreaterThan(0.05)
  })

  test('gain from a server that drops what has expired, and from one that admits', () => {
    const { truce, truceDropsExpired, truceAdmission } = climbed.rungs['e-quarter-capacity'] ?? {
      truce: Number.NaN,
      truceDropsExpired: Number.NaN,
      truceAdmission: Number.NaN,
    }
    expect(truceDropsExpired - truce).toBeGreaterThan(0.03)
    expect(truceAdmission - truceDropsExpired).toBeGreaterThan(0.02)
  })
})

const rung = (none: number, truce: number) => ({
  none,
  naive: none,
  backoff: none,
  truce,
  truceDropsExpired: truce,
  truceAdmission: truce,
})

test('the mean is of the first list, the worst of all', () => {
  const rungs = {
    'b-refusing-at-95': rung(0.8, 0.9),
    'c30-errors': rung(0.6, 0.7),
    's13-long-hang': rung(0.9, 0.5),
  }
  expect(meanOf(rungs).truce).toBeCloseTo(0.8)
  expect(worstOf(rungs).truce.in).toBe('s13-long-hang')
  expect(worstOf(rungs).truce.against).toBeCloseTo(-0.4)
})

test('a storm that there is not is an error that names those there are', () => {
  expect(() => climbAll({ only: ['b9'] })).toThrow(/no storm b9; known are a, a2, b,/)
})

describe('with another number of instances', () => {
  const storm = (name: string) => {
    const { scenario } = loadScenario(new URL(`../../scenarios/ladder/${name}.yaml`, import.meta.url).pathname)
    if (scenario === undefined) throw new Error(name)
    return scenario
  }

  test('the usual twenty become as many', () => {
    expect(withInstances(storm('b-refusing-at-95'), 100).callers).toMatchObject([{ instances: 100 }])
  })

  test('the heavy caller stays one', () => {
    const { callers } = withInstances(storm('i-one-heavy-caller'), 5)
    expect(callers).toMatchObject([{ instances: 1 }, { instances: 4 }])
  })

  test('a storm of many small ones stays as it is', () => {
    expect(withInstances(storm('g-sparse-refusing'), 5).callers).toMatchObject([{ instances: 300 }])
  })
})
