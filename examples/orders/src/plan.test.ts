import { describe, expect, test } from 'vitest'
import { arrivals, plan } from './plan.js'

describe('plan', () => {
  test('faults follow one another, each with time to recover before the next', () => {
    for (const quick of [true, false]) {
      const { faults, lasts } = plan({ quick })
      faults.forEach((fault, i) => {
        const next = faults[i + 1]?.at ?? lasts
        expect(next - (fault.at + fault.for)).toBeGreaterThanOrEqual(1_800)
      })
    }
  })

  test('both halves of a quick run fit 30 s, of a full run 4 minutes', () => {
    const half = (quick: boolean) => plan({ quick }).lasts + plan({ quick }).drain
    expect(2 * half(true)).toBeLessThan(28_500)
    expect(2 * half(false)).toBeLessThan(235_000)
  })

  test('some orders of impatient users come again, twice at once or changed, in short runs as well', () => {
    for (const quick of [true, false]) {
      const wanted = plan({ quick })
      const again = arrivals(wanted, 50, 7).filter((order) => order.again)
      const [first] = wanted.faults
      expect(first?.impatient).toBe(true)
      for (const { at } of again) expect(at).toBeLessThan((first?.at ?? 0) + (first?.for ?? 0))
      for (const kind of ['twice', 'changed'] as const) {
        expect(again.filter((order) => order.again === kind).length).toBeGreaterThan(quick ? 1 : 10)
      }
    }
  })

  test('what the warehouse has in a fault is over with the fault', () => {
    for (const { warehouse = [], for: lasts } of [true, false].flatMap((quick) => plan({ quick }).faults)) {
      for (const stage of warehouse) expect(stage.after + stage.for).toBeLessThanOrEqual(lasts)
    }
  })

  test('the same seed gives the same orders, at the wished rate, none in a pause', () => {
    const full = plan({ quick: false })
    const orders = arrivals(full, 50, 7)
    expect(arrivals(full, 50, 7)).toEqual(orders)
    expect(arrivals(full, 50, 8)).not.toEqual(orders)
    const open = full.lasts - full.pauses.reduce((sum, { from, until }) => sum + until - from, 0)
    expect(orders.length / (open / 1_000)).toBeGreaterThan(45)
    expect(orders.length / (open / 1_000)).toBeLessThan(55)
    for (const { from, until } of full.pauses) expect(orders.filter(({ at }) => from <= at && at < until)).toEqual([])
  })
})
