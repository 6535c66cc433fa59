import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { BUDGET, Budget } from './budget.js'
import { ProcessBudget } from './process-budget.js'

/** The settings that `ProcessBudget` is the short form of. */
const whole = () =>
  new Budget({ ratio: BUDGET.ratio, max: Infinity, floor: 0, least: BUDGET.capacityMax, growLeast: false })

type Act = {
  readonly act: 'succeed' | 'fail' | 'pay' | 'refund' | 'take back'
  readonly after: number
  readonly n: number
}

const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.record({
    act: fc.constantFrom('succeed', 'fail', 'pay', 'pay', 'refund', 'take back'),
    // Mostly within one bucket of the window, at times past all of it.
    after: fc.oneof(fc.nat(40), fc.nat(1_500), fc.nat(12_000)),
    n: fc.nat(250),
  }),
  { maxLength: 80, size: 'max' },
)

function calls(long: Budget, short: ProcessBudget, count: number, now: number, succeed: boolean): void {
  for (let n = 0; n < count; n++) {
    long.original(now)
    short.original(now)
    if (!succeed) continue
    long.deposit(now)
    short.deposit()
  }
}

/** Retries that the ceiling alone lets through: each gives its payment back. */
function madeAndRefunded(budget: ProcessBudget, now: number): number {
  let made = 0
  for (; budget.pay(now) !== null; made++) budget.refund(now)
  return made
}

describe('process budget', () => {
  test('is the budget with these settings, whatever is asked of both', () => {
    fc.assert(
      fc.property(acts, (script) => {
        const [long, short] = [whole(), new ProcessBudget()]
        const paid: number[] = []
        const [ofLong, ofShort]: number[][] = [[], []]
        let now = 0
        for (const { act, after, n } of script) {
          now += after
          if (act === 'succeed' || act === 'fail') calls(long, short, n, now, act === 'succeed')
          else if (act === 'pay') {
            for (let retries = 0; retries < n; retries++) {
              ofLong?.push(long.pay(now))
              ofShort?.push(short.pay(now) ?? 0)
              if (ofShort?.at(-1) === 1) paid.push(now)
            }
          } else {
            const then = paid.pop()
            if (then === undefined) continue
            if (act === 'refund') {
              long.refund(1, now)
              short.refund(now)
            } else {
              long.takeBack(1, then, now)
              short.takeBack(then, now)
            }
          }
        }
        expect(ofShort).toEqual(ofLong)
      }),
      { numRuns: 200 },
    )
  })

  it('has a hundred retries at the start, and no time gives more', () => {
    const budget = new ProcessBudget()
    for (let n = 0; n < 100; n++) expect(budget.pay(0)).toBe(1)
    expect([budget.pay(0), budget.pay(3_600_000)]).toEqual([null, null])
  })

  it('is paid by first attempts that succeed: five of them for two retries', () => {
    const budget = new ProcessBudget()
    while (budget.pay(0) !== null);
    for (let n = 0; n < 5; n++) {
      budget.original(20_000)
      budget.deposit()
    }
    expect([budget.pay(20_000), budget.pay(20_000), budget.pay(20_000)]).toEqual([1, 1, null])
  })

  it('makes no more retries than half of the originals, whatever came back', () => {
    const budget = new ProcessBudget()
    for (let n = 0; n < 300; n++) budget.original(0)
    expect(madeAndRefunded(budget, 0)).toBe(150)
  })

  it('counts originals for a whole window, also those that come in the very millisecond in which a part of it ends', () => {
    const budget = new ProcessBudget()
    budget.original(0)
    for (let n = 0; n < 300; n++) budget.original(1_000)
    expect(madeAndRefunded(budget, 10_500)).toBe(150)
  })

  it('forgets a retry that was never made', () => {
    const budget = new ProcessBudget()
    while (budget.pay(0) !== null);
    budget.takeBack(0, 5)
    expect([budget.pay(5), budget.pay(5)]).toEqual([1, null])
  })

  it('is all the room that a retry needs', () => expect(new ProcessBudget().refusesRetry()).toBeUndefined())
})
