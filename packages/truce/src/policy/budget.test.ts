import { describe, expect, it, test } from 'vitest'
import { BUDGET, Budget, budgetDefaults, type BudgetSettings, type Payment } from './budget.js'

const NONE = Number.POSITIVE_INFINITY
const settings: BudgetSettings = { ratio: 0.5, max: NONE, floor: 0, least: 2, growLeast: false }
const budget = (changes: Partial<BudgetSettings> = {}) => new Budget({ ...settings, ...changes })

/** Pays until refused. */
function spend(from: Budget, now: number): number {
  let paid = 0
  while (from.pay(now) !== 0) paid++
  return paid
}

/** `perSecond` first attempts that succeed, over so many seconds; returns the time at the end. */
function healthy(into: Budget, perSecond: number, seconds: number, from = 0): number {
  for (let n = 0; n < perSecond * seconds; n++) {
    const now = from + (n * 1_000) / perSecond
    into.original(now)
    into.deposit(now)
  }
  return from + seconds * 1_000
}

describe('budget', () => {
  it.each([
    [1, true, { window: 10_000, deposit: 0.8, least: 1, growLeast: true }],
    [11, false, { window: 30_000, deposit: 0.4, least: 1, growLeast: false }],
  ])('of %i instances, with a governor: %s', (instances, governed, defaults) => {
    expect(budgetDefaults(instances, governed)).toEqual(defaults)
  })

  it.each([
    [undefined, 2],
    [0.4, 2],
    [0.8, 4],
  ])('a deposit of %s: five successes pay for %i retries', (deposit, retries) => {
    const empty = budget({ ratio: 100, least: 4, ...(deposit !== undefined && { deposit }) })
    expect(spend(empty, 0)).toBe(4)
    for (let n = 0; n < 5; n++) {
      empty.original(0)
      empty.deposit(0)
    }
    expect(spend(empty, 0)).toBe(retries)
  })

  it('has the figures of the simulation', () => {
    expect(BUDGET).toEqual({
      ratio: 0.5,
      deposit: 0.4,
      governedDeposit: 0.8,
      capacity: 0.1,
      spread: 0.3,
      capacityMax: 100,
      window: 10_000,
      fleetWindow: 3_000_000,
      windowMax: 30_000,
      smallFleet: 10,
    })
  })

  // The first second has left by then, what came at its very end has not.
  it.each([['original', 'deposit'] as const, ['deposit', 'original'] as const])(
    'counts what comes as a second begins to that second: first %s, then %s',
    (...acts) => {
      const counting = budget({ least: 0, ratio: 0.1 })
      counting.original(0)
      for (const act of acts) for (let n = 0; n < 20; n++) counting[act](1_000)
      expect(counting.remaining(10_500)).toBe(2)
    },
  )

  it.each([
    [1, 10_000],
    [10, 10_000],
    [11, 30_000],
    [100, 30_000],
    [200, 15_000],
    [300, 10_000],
    [4_000, 10_000],
  ])('of %i instances looks back %i ms', (instances, ms) => {
    expect(budgetDefaults(instances, true).window).toBe(ms)
  })

  it.each([
    ['as far as BUDGET says', {}, BUDGET.window],
    ['as far as it is told', { window: BUDGET.windowMax }, BUDGET.windowMax],
  ])('looks back %s: so long the ceiling counts an original', (_, changes, gone) => {
    const counting = budget({ ...changes, least: 0, ratio: 0.1 })
    for (let n = 0; n < 20; n++) {
      counting.original(0)
      counting.deposit(0)
    }
    expect(counting.remaining(gone - 1)).toBe(2)
    expect(counting.remaining(gone)).toBe(0)
  })

  test.each<[string, Partial<BudgetSettings>, number]>([
    ['one call behaves as written', { least: 2 }, 2],
    ['one retry in a large fleet', { least: 1 }, 1],
    ['the process-wide bucket of retry() gives a script its ten attempts', { least: 100 }, 100],
  ])('a quiet process may spend `least`: %s', (_, changes, expected) => {
    const quiet = budget(changes)
    expect(quiet.remaining(0)).toBe(expected)
    expect(spend(quiet, 0)).toBe(expected)
    expect(quiet.remaining(0)).toBe(0)
    expect(spend(quiet, 3_600_000), 'time deposits nothing').toBe(0)
  })

  test.each<[number, number]>([
    [10, 11],
    [100, 99],
    [1_000, 100],
  ])(
    'at %d successes a second it holds %d retries: a tenth of the window and what chance adds, at most 100',
    (perSecond, expected) => {
      const full = budget()
      const now = healthy(full, perSecond, 60)
      expect(full.remaining(now)).toBe(expected)
      expect(spend(full, now)).toBe(expected)
    },
  )

  // Finagle deposits per request: 1.21 × in a total outage, for as long as it lasts.
  test.each<[number]>([[5], [50], [500]])(
    'a total outage at %d calls a second spends the capacity, then nothing',
    (perSecond) => {
      const spent = budget()
      const start = healthy(spent, perSecond, 60)
      const capacity = Math.max(2, Math.min(100, perSecond + 0.3 * Math.sqrt(10 * perSecond)))
      let early = 0
      let late = 0
      for (let n = 0; n < perSecond * 60; n++) {
        const now = start + (n * 1_000) / perSecond
        spent.original(now)
        const paid = spent.pay(now) === 0 ? 0 : 1
        if (now < start + 10_000) early += paid
        else late += paid
      }
      expect(early).toBeGreaterThan(0)
      expect(early).toBeLessThanOrEqual(capacity)
      expect(late).toBe(0)
    },
  )

  it('holds no more than traffic earns now: what a busy minute filled is gone ten seconds later', () => {
    const busy = budget()
    const end = healthy(busy, 100, 60)
    for (let n = 0; n < 1_000; n++) busy.original(end + n * 10)
    expect(busy.remaining(end + 10_000)).toBe(2)
    expect(spend(busy, end + 10_000)).toBe(2)
  })

  it('never holds more than its capacity, though refunds come late', () => {
    const late = budget()
    const now = healthy(late, 100, 20)
    const payments = Array.from({ length: 50 }, () => late.pay(now))
    for (const payment of payments) late.refund(payment, now + 60_000)
    expect(late.remaining(now + 60_000)).toBe(2)
  })

  it('refunds a retry that succeeded, but the ceiling still counts it: it was sent', () => {
    const refunded = budget({ least: 2 })
    for (let n = 0; n < 10; n++) refunded.original(0)
    let paid = 0
    for (let n = 0; n < 20; n++) {
      const payment = refunded.pay(0)
      if (payment !== 0) paid++
      refunded.refund(payment, 0)
    }
    expect(paid, 'ratio 0.5 of 10 originals').toBe(5)
  })

  it('forgets a retry that was never made', () => {
    const taken = budget({ max: 2, floor: 1 })
    for (let n = 0; n < 50; n++) {
      const payments: Payment[] = [taken.pay(0), taken.pay(0)]
      expect(payments).toEqual([1, 1])
      expect(taken.pay(0), 'max').toBe(0)
      for (const payment of payments) taken.takeBack(payment, 0, 0)
    }
    expect(taken.pay(0)).toBe(1)
    taken.takeBack(0, 0, 0)
    expect(taken.remaining(0), 'what was not paid is not given back').toBe(1)
  })

  it('what deposits is a first-attempt success and nothing else', () => {
    const empty = budget({ ratio: 100 })
    expect(spend(empty, 0)).toBe(2)
    for (let n = 0; n < 1_000; n++) empty.original(n)
    empty.refund(0, 1_000)
    empty.takeBack(0, 0, 1_000)
    expect(spend(empty, 1_000)).toBe(0)
    empty.deposit(1_000)
    empty.deposit(1_000)
    expect(spend(empty, 1_000), '0.8').toBe(0)
    empty.deposit(1_000)
    expect(spend(empty, 1_000), '1.2').toBe(1)
  })

  it('keeps to `max` a second', () => {
    const capped = budget({ max: 3, least: 100 })
    expect(capped.remaining(0)).toBe(3)
    expect([spend(capped, 0), spend(capped, 500), spend(capped, 1_000), spend(capped, 1_050)]).toEqual([3, 0, 3, 0])
  })

  describe('floor', () => {
    it('allows so many a second where bucket and ratio say no', () => {
      const floored = budget({ floor: 4, least: 1 })
      expect(floored.remaining(0)).toBe(5)
      expect(spend(floored, 0), 'least and the first second').toBe(5)
      expect(spend(floored, 250)).toBe(1)
      expect(spend(floored, 500)).toBe(1)
      expect(spend(floored, 60_000), 'never more than a second saved up').toBe(5 - 1)
    })

    it('below one a second saves up one', () => {
      const slow = budget({ floor: 0.1, least: 1 })
      expect(spend(slow, 0)).toBe(2)
      expect(spend(slow, 9_999)).toBe(0)
      expect(spend(slow, 10_000)).toBe(1)
    })

    it('gives back only what was never made: an allowance is no deposit', () => {
      const floored = budget({ floor: 1, least: 0 })
      expect(floored.pay(0)).toBe(2)
      floored.refund(2, 0)
      expect(floored.pay(0)).toBe(0)
      floored.takeBack(2, 0, 0)
      expect(floored.pay(0)).toBe(2)
    })

    it('does not run backwards with time', () => {
      const floored = budget({ floor: 1, least: 0 })
      expect(floored.pay(10_000)).toBe(2)
      expect(floored.pay(5_000)).toBe(0)
      expect(floored.pay(10_999)).toBe(0)
      expect(floored.pay(11_000)).toBe(2)
    })

    it('is bounded by `max` too', () => {
      expect(spend(budget({ floor: 10, least: 0, max: 2 }), 0)).toBe(2)
    })
  })

  test.each<[string, boolean, number[], number]>([
    ['one call of the longest operation, in a small fleet', true, [3, 5, 2], 4],
    ['nothing more in a large one', false, [3, 5, 2], 1],
    ['at most the greatest capacity, where attempts have no count', true, [NONE], 100],
    ['nothing for an operation that does not retry', true, [1], 1],
  ])('admits %s', (_, growLeast, operations, expected) => {
    const shared = budget({ least: 1, growLeast })
    for (const attempts of operations) shared.admit(attempts)
    expect(shared.remaining(0)).toBe(expected)
    expect(spend(shared, 0)).toBe(expected)
  })

  it('admits late without forgetting what was spent', () => {
    const shared = budget({ least: 1, growLeast: true })
    expect(spend(shared, 0)).toBe(1)
    shared.admit(3)
    expect([spend(shared, 0), spend(shared, 60_000)]).toEqual([1, 0])
  })
})
