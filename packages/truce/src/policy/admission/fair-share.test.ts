import { describe, expect, it } from 'vitest'
import { FairShare } from './fair-share.js'

describe('fair share', () => {
  it('calls greedy whoever has had more than the mean of those who ask', () => {
    const callers = new FairShare()
    const [a, b] = [callers.account('a', 0), callers.account('b', 0)]
    callers.charge(a, 100, 0)
    expect(callers.greedy(a, 0)).toBe(false) // alone
    callers.charge(b, 300, 0)
    expect([a, b].map((account) => callers.greedy(account, 0))).toEqual([false, true])
  })

  it('forgets', () => {
    const callers = new FairShare()
    const [a, b] = [callers.account('a', 0), callers.account('b', 0)]
    callers.charge(a, 100, 0)
    callers.charge(b, 300, 0)
    expect(callers.greedy(b, 5_000)).toBe(true)
    callers.charge(a, 10, 12_000)
    callers.charge(b, 10, 12_000)
    expect(callers.greedy(b, 12_000)).toBe(false)
  })

  it('gives strangers one account', () => {
    const callers = new FairShare()
    expect(callers.account(undefined, 0)).toBe(callers.account(undefined, 0))
    expect(callers.account('a', 0)).not.toBe(callers.account(undefined, 0))
  })

  it('keeps so many names and no more, whoever invents them; who was there keeps his account', () => {
    const callers = new FairShare()
    const known = callers.account('known', 0)
    callers.charge(known, 1, 0)
    for (let n = 0; n < 100_000; n++) callers.charge(callers.account(`invented-${n}`, n / 100), 1, n / 100)
    expect(callers.size).toBeLessThanOrEqual(1_001)
    expect(callers.account('known', 1_000)).toBe(known)
  })

  it('gives the accounts of those long gone to new names', () => {
    const callers = new FairShare()
    for (let n = 0; n < 1_000; n++) callers.charge(callers.account(`old-${n}`, 0), 1, 0)
    expect(callers.account('early', 100)).toBe(callers.account(undefined, 100))
    const late = callers.account('late', 20_000)
    expect(late).not.toBe(callers.account(undefined, 20_000))
    expect(callers.account('late', 20_000)).toBe(late)
    expect(callers.greedy(late, 20_000)).toBe(false)
  })
})
