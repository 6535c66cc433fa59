/**
 * What a budget keeps for traffic classes: tables, and the laws that no class can break for another.
 */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { Budget, type BudgetSettings, type Payment } from './budget.js'
import { COMMON, Shares } from './shares.js'
import { TimeWindow } from './window.js'

const NONE = Number.POSITIVE_INFINITY
const settings: BudgetSettings = { ratio: 0.5, max: NONE, floor: 0, least: 10, growLeast: false }
const budget = (changes: Partial<BudgetSettings> = {}) => new Budget({ ...settings, ...changes })
const halves = { interactive: 0.5, background: 0.2 }

/** Pays until refused. */
function spend(from: Budget, now: number, trafficClass?: string): number {
  let paid = 0
  while (from.pay(now, trafficClass) !== 0) paid++
  return paid
}

describe('shares', () => {
  test.each<[Record<string, number>, number[]]>([
    [{}, [100]],
    [{ a: 1 }, [0, 100]],
    [{ a: 0.29, b: 0.57, c: 0.14 }, [0, 29, 57, 14]],
    [{ a: 1 / 3, b: 1 / 3, c: 1 / 3 }, [1, 33, 33, 33]],
    [{ a: 0.335, b: 0.335, c: 0.33 }, [1, 33, 33, 33]],
    [{ a: 0 }, [100, 0]],
  ])('%j are %j hundredths, the common part first', (classes, expected) => {
    expect(new Shares(classes).hundredths).toEqual(expected)
  })

  it('parts need counters of their own, unless all is common', () => {
    expect([new Shares({}).counted, new Shares(halves).counted]).toEqual([0, 3])
  })

  it('a class without a share is common traffic', () => {
    const shares = new Shares(halves)
    expect([undefined, 'batch', 'interactive', 'background'].map((name) => shares.partOf(name))).toEqual([
      COMMON,
      COMMON,
      1,
      2,
    ])
  })
})

describe('what of a ceiling is left', () => {
  // Common 30, interactive 50, background 20 hundredths.
  test.each<[string, number, number[], number[]]>([
    ['everybody has what is common and its own', 10, [0, 0, 0], [3, 8, 5]],
    ['what is common is gone', 10, [3, 0, 0], [0, 5, 2]],
    ['a class is over its own: that was common', 10, [0, 6, 0], [2, 2, 4]],
    ['what others have left of their own is not for all', 10, [3, 4, 0], [0, 1, 2]],
    ['traffic shrank, the common part is overdrawn: parts last as long as the whole', 10, [8, 0, 0], [-5, 2, 2]],
    ['nothing is left of the whole', 10, [10, 0, 0], [-7, 0, 0]],
    ['no ceiling', NONE, [50, 50, 50], [NONE, NONE, NONE]],
  ])('%s', (_, ceiling, used, expected) => {
    const shares = new Shares(halves)
    const window = new TimeWindow(10_000, 4)
    for (const [part, count] of used.entries()) {
      window.add(0, 0, count)
      window.add(1 + part, 0, count)
    }
    expect(used.map((_count, part) => shares.left(part, ceiling, window, 0, 1, 0))).toEqual(expected)
  })
})

describe('budget with classes', () => {
  test.each<[string, (string | undefined)[], number[]]>([
    ['common traffic leaves the parts alone', [undefined, 'interactive', 'background'], [3, 5, 2]],
    ['a class spends its own part, then what is common', ['interactive', undefined, 'background'], [8, 0, 2]],
    ['who comes last finds its part', ['background', undefined, 'interactive'], [5, 0, 5]],
    ['nor does a class without a share get at them', ['batch', 'interactive', 'background'], [3, 5, 2]],
  ])('%s', (_, order, expected) => {
    const shared = budget({ classes: halves })
    expect(order.map((name) => shared.remaining(0, name))[0]).toBe(expected[0])
    expect(order.map((name) => spend(shared, 0, name))).toEqual(expected)
  })

  it('makes up a whole retry from both: no odd rest of a part is lost', () => {
    const odd = budget({ least: 2, classes: { interactive: 0.7 } })
    expect([odd.remaining(0, 'interactive'), odd.remaining(0)]).toEqual([2, 0])
    const payments = [odd.pay(0, 'interactive'), odd.pay(0, 'interactive')]
    expect(odd.pay(0, 'interactive')).toBe(0)
    for (const payment of payments) odd.takeBack(payment, 0, 0)
    expect(spend(odd, 0, 'interactive')).toBe(2)
  })

  // So many successes have earned 1.8 and 3.7 retries, of which the share is 0.99 and 0.999.
  test.each<[number, number, number]>([
    [9, 0.55, 1],
    [23, 0.27, 3],
  ])('gives nearly a whole retry back like any payment: %d successes, a share of %d', (many, share, left) => {
    const odd = budget({ least: 0, ratio: 1, classes: { interactive: share } })
    for (let n = 0; n < many; n++) {
      odd.original(0)
      odd.deposit(0)
    }
    expect(odd.remaining(0, 'interactive')).toBe(left)
    odd.refund(odd.pay(0, 'interactive'), 0)
    expect(odd.remaining(0, 'interactive')).toBe(left)
  })

  it('reserves of `max` a second as well', () => {
    const capped = budget({ max: 4, classes: { interactive: 0.5 } })
    expect([spend(capped, 0), spend(capped, 0, 'interactive')]).toEqual([2, 2])
    expect([spend(capped, 1_000, 'interactive'), spend(capped, 1_000)]).toEqual([4, 0])
  })

  it('reserves of the ratio, however full the bucket is', () => {
    const busy = budget({ ratio: 0.1, least: 0, classes: { interactive: 0.5 } })
    for (let n = 0; n < 100; n++) {
      busy.original(n)
      busy.deposit(n)
    }
    expect([busy.remaining(100), spend(busy, 100)]).toEqual([5, 5])
    expect([busy.remaining(100, 'interactive'), spend(busy, 100, 'interactive')]).toEqual([5, 5])
  })

  it('shares out what is deposited, whoever earned it, and what a full part cannot hold', () => {
    const shared = budget({ least: 0, ratio: 10, classes: { interactive: 0.5 } })
    for (let n = 0; n < 100; n++) {
      shared.original(n)
      shared.deposit(n)
      // The greedy take what they can at every chance.
      shared.pay(n)
    }
    spend(shared, 100)
    expect(shared.remaining(100, 'interactive'), 'half of what 100 successes have earned').toBe(6)
    // Four retries: its part takes what it has room for now, half of 14.1; the rest is common.
    for (let n = 100; n < 110; n++) shared.deposit(n)
    expect(spend(shared, 110)).toBe(3)
    expect(spend(shared, 110, 'interactive')).toBe(7)
  })

  it('what neither its part nor the common one can hold goes to the part that was spent', () => {
    const shared = budget({ classes: { interactive: 0.4, background: 0.4 } })
    for (let n = 0; n < 100; n++) shared.original(0)
    for (let n = 0; n < 4; n++) shared.pay(0, 'background')
    expect(shared.remaining(0, 'background'), 'the common part').toBe(2)
    // Two retries' worth, of which its own share is 0.8.
    for (let n = 0; n < 5; n++) shared.deposit(0)
    expect(shared.remaining(0, 'background')).toBe(4)
  })

  it('a part holds no more than traffic earns now, like the whole', () => {
    const shared = budget({ least: 4, ratio: 10, classes: { interactive: 0.5 } })
    for (let n = 0; n < 1_000; n++) shared.deposit(n)
    expect(shared.remaining(1_000, 'interactive')).toBe(4)
    for (let n = 0; n < 1_000; n++) shared.original(11_000 + n)
    expect(shared.remaining(12_000, 'interactive')).toBe(4)
    expect(spend(shared, 12_000, 'interactive')).toBe(4)
  })

  it('parts grow with `least`', () => {
    const shared = budget({ least: 0, growLeast: true, classes: { interactive: 0.5 } })
    shared.admit(5)
    expect([spend(shared, 0), spend(shared, 0, 'interactive')]).toEqual([2, 2])
  })

  it('the floor is common, and comes back to where it was', () => {
    const floored = budget({ least: 0, floor: 2, classes: { interactive: 0.5 } })
    const payments = [floored.pay(0, 'interactive'), floored.pay(0)]
    expect(payments.every((payment) => payment !== 0)).toBe(true)
    expect(spend(floored, 0, 'interactive')).toBe(0)
    floored.refund(payments[0] as Payment, 0)
    expect(spend(floored, 0, 'interactive'), 'an allowance is no deposit').toBe(0)
    for (const payment of payments) floored.takeBack(payment, 0, 0)
    expect(spend(floored, 0, 'interactive')).toBe(2)
  })

  const names = fc.constantFrom(undefined, 'interactive', 'background', 'batch')
  const hundredths = fc.integer({ min: 0, max: 50 }).map((n) => n / 100)
  const own = fc.record({
    ratio: fc.constantFrom(0.1, 0.5, 1),
    max: fc.constantFrom(1, 5, NONE, NONE),
    floor: fc.constantFrom(0, 0, 2),
    least: fc.constantFrom(0, 1, 2, 10, 100),
    growLeast: fc.constant(false),
    classes: fc.record({ interactive: hundredths, background: hundredths }),
  })
  const step = fc.record({
    act: fc.constantFrom('call', 'call', 'original', 'pay', 'pay', 'pay', 'refund', 'takeBack'),
    who: names,
    pause: fc.oneof({ weight: 5, arbitrary: fc.nat(200) }, { weight: 1, arbitrary: fc.nat(8_000) }),
    many: fc.integer({ min: 1, max: 12 }),
  })

  it('never exceeds the ceilings of a budget without classes; says what is left; takes back exactly', () => {
    fc.assert(
      fc.property(own, fc.array(step, { maxLength: 80, size: 'max' }), (rules, steps) => {
        const shared = new Budget(rules)
        const left = (now: number) =>
          [undefined, 'interactive', 'background'].map((name) => shared.remaining(now, name))
        const originals: number[] = []
        const open: { payment: Payment; at: number; floor: boolean }[] = []
        const made: number[] = []
        let now = 0
        for (const { act, who, pause, many } of steps) {
          now += pause
          for (let n = 0; n < many; n++) {
            if (act === 'call' || act === 'original') {
              originals.push(now)
              shared.original(now)
            }
            if (act === 'call') shared.deposit(now)
            if (act !== 'pay') continue
            const before = left(now)
            const payment = shared.pay(now, who)
            expect(payment !== 0).toBe(shared.remaining(now, who) < (before[index(who)] as number))
            if (payment === 0) {
              expect(left(now)).toEqual(before)
              continue
            }
            shared.takeBack(payment, now, now)
            expect(left(now), 'taken back as if never paid').toEqual(before)
            expect(shared.pay(now, who)).toBe(payment)
            open.push({ payment, at: now, floor: rules.floor > 0 })
            made.push(now)
            const since = (ms: number, times: readonly number[]) => times.filter((at) => at > now - ms).length
            expect(since(900 * Math.max(1, 1 / rules.max), made)).toBeLessThanOrEqual(Math.max(1, rules.max))
            if (rules.floor > 0) continue
            const ceiling = Math.max(rules.least, rules.ratio * since(10_000, originals))
            expect(since(9_000, made)).toBeLessThanOrEqual(ceiling)
          }
          const paid = act === 'refund' || act === 'takeBack' ? open.pop() : undefined
          if (paid && act === 'refund') shared.refund(paid.payment, now)
          else if (paid) {
            shared.takeBack(paid.payment, paid.at, now)
            made.splice(made.indexOf(paid.at), 1)
          }
        }
        for (const name of [undefined, 'interactive', 'background']) {
          const expected = shared.remaining(now, name)
          expect(spend(shared, now, name)).toBe(expected)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('however greedy the others are, a class finds its part', () => {
    const greedy = fc.array(fc.tuple(names, fc.boolean(), fc.nat(50)), { maxLength: 400, size: 'max' })
    fc.assert(
      fc.property(fc.record({ interactive: hundredths, background: hundredths }), greedy, (classes, steps) => {
        // Nothing is deposited and nothing leaves the window: what there is at the start is all.
        const shared = budget({ least: 100, classes })
        const part = Math.floor(classes.interactive * 100 + 1e-6)
        let [now, mine, refused] = [0, 0, 0]
        for (const [who, taken, pause] of steps) {
          now = Math.min(9_000, now + pause)
          const payment = shared.pay(now, who)
          if (payment === 0 && who === 'interactive' && mine < part) refused++
          if (payment !== 0 && taken) shared.takeBack(payment, now, now)
          else if (payment !== 0 && who === 'interactive') mine++
        }
        for (const who of [undefined, 'background', 'batch']) spend(shared, now, who)
        expect([refused, spend(shared, now, 'interactive')]).toEqual([0, Math.max(0, part - mine)])
      }),
    )
  })
})

const index = (name: string | undefined) => Math.max(0, ['', 'interactive', 'background'].indexOf(name ?? ''))

describe('budget with a parent', () => {
  it('a retry needs both, and both are told of everything', () => {
    const parent = budget({ least: 3 })
    const [one, other] = [budget({ parent }), budget({ parent })]
    expect([one.remaining(0), spend(one, 0), spend(other, 0), parent.remaining(0)]).toEqual([3, 3, 0, 0])
    for (let n = 0; n < 100; n++) {
      one.original(10)
      one.deposit(10)
    }
    expect([parent.remaining(10), one.remaining(10), other.remaining(10)]).toEqual([13, 13, 10])
    expect([spend(other, 10), spend(one, 10)]).toEqual([10, 3])
  })

  it('the class goes with the payment: a share of the parent is found from below', () => {
    const parent = budget({ least: 2, classes: { interactive: 0.5 } })
    const child = budget({ least: 9, parent })
    expect([child.remaining(0), child.remaining(0, 'interactive')]).toEqual([1, 2])
    expect([spend(child, 0), spend(child, 0, 'interactive')]).toEqual([1, 1])
  })

  it('the child decides first: its own refusal takes nothing from the parent', () => {
    const parent = budget({ least: 9 })
    const child = budget({ least: 1, parent })
    expect([spend(child, 0), parent.remaining(0)]).toEqual([1, 8])
  })

  test.each<[string, Partial<BudgetSettings>]>([
    ['bucket', { least: 5 }],
    ['floor', { least: 0, floor: 5 }],
    ['bucket and `max`', { least: 5, max: 5 }],
    ['share', { least: 5, classes: { interactive: 1 } }],
  ])('where the parent cannot pay, what the child paid is taken back completely: %s', (_, changes) => {
    const parent = budget({ least: 0 })
    const child = budget({ ...changes, parent })
    for (let n = 0; n < 1_000; n++) expect(child.pay(0, 'interactive')).toBe(0)
    // The parent gets room for five, and the child still has its five.
    for (let n = 0; n < 50; n++) {
      parent.original(0)
      parent.deposit(0)
    }
    expect(child.remaining(0, 'interactive')).toBe(5)
    expect(spend(child, 0, 'interactive')).toBe(5)
  })

  it('refunds and take-backs go to both', () => {
    const parent = budget({ least: 1 })
    const child = budget({ least: 1, parent })
    const first = child.pay(0)
    expect([child.remaining(0), parent.remaining(0)]).toEqual([0, 0])
    child.takeBack(first, 0, 0)
    expect([child.remaining(0), parent.remaining(0)]).toEqual([1, 1])
    for (let n = 0; n < 10; n++) child.original(0)
    const second = child.pay(0)
    child.refund(second, 0)
    expect([child.remaining(0), parent.remaining(0)]).toEqual([1, 1])
    expect(child.refund(0, 0)).toBeUndefined()
  })

  it('a refund finds the part of the parent that paid', () => {
    const parent = budget({ least: 2, classes: { interactive: 0.5 } })
    const child = budget({ least: 2, parent })
    // Room enough: what was made counts for the ceilings, refunded or not.
    for (let n = 0; n < 20; n++) child.original(0)
    child.refund(child.pay(0, 'interactive'), 0)
    expect([parent.remaining(0), parent.remaining(0, 'interactive')]).toEqual([1, 2])
  })

  it('admits operations with it, as far as its own fleet allows', () => {
    const [small, large] = [budget({ least: 1, growLeast: true }), budget({ least: 1 })]
    for (const parent of [small, large]) budget({ least: 1, growLeast: true, parent }).admit(4)
    expect([small.remaining(0), large.remaining(0)]).toEqual([3, 1])
  })

  it('three levels with classes: every payment comes back to where it was taken from, at each of them', () => {
    const top = budget({ least: 7, floor: 2, classes: { interactive: 0.55, background: 0.15 } })
    const middle = budget({ least: 6, floor: 1, classes: { background: 0.33 }, parent: top })
    const low = budget({ least: 5, floor: 3, classes: { interactive: 0.45 }, parent: middle })
    const all = [low, middle, top]
    const seen = () => all.map((one) => [undefined, 'interactive', 'background'].map((who) => one.remaining(0, who)))
    const steps = fc.array(fc.tuple(fc.constantFrom(undefined, 'interactive', 'background'), fc.nat()), {
      maxLength: 40,
    })
    const before = seen()
    fc.assert(
      fc.property(steps, (payers) => {
        const payments = payers.map(([who]) => low.pay(0, who)).filter((payment) => payment !== 0)
        expect(payments.length).toBeLessThanOrEqual(9)
        expect(payments.every(Number.isSafeInteger)).toBe(true)
        for (const [, which] of payers) {
          const [payment] = payments.splice(which % (payments.length || 1), 1)
          if (payment !== undefined) low.takeBack(payment, 0, 0)
        }
        for (const payment of payments) low.takeBack(payment, 0, 0)
        expect(seen()).toEqual(before)
      }),
    )
  })
})
