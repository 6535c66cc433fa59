import { describe, expect, it } from 'vitest'
import { FairShare } from './fair-share.js'

/** Accounts of callers that were heard in the epoch before, too. */
function known(callers: FairShare, ...names: string[]): number[] {
  for (const name of names) callers.account(name, 0)
  return names.map((name) => callers.account(name, 5_000))
}

describe('fair share', () => {
  it('calls greedy whoever has had more than the mean of those who ask', () => {
    const callers = new FairShare()
    const [a, b] = known(callers, 'a', 'b') as [number, number]
    callers.charge(a, 100, 5_000)
    expect(callers.greedy(a, 5_000)).toBe(false) // alone
    callers.charge(b, 300, 5_000)
    expect([a, b].map((account) => callers.greedy(account, 5_000))).toEqual([false, true])
  })

  it('forgets', () => {
    const callers = new FairShare()
    const [a, b] = known(callers, 'a', 'b') as [number, number]
    callers.charge(a, 100, 5_000)
    callers.charge(b, 300, 5_000)
    expect(callers.greedy(b, 10_000)).toBe(true)
    callers.charge(a, 10, 17_000)
    callers.charge(b, 10, 17_000)
    expect(callers.greedy(b, 17_000)).toBe(false)
  })

  it('gives back no more than was charged, also in the next epoch', () => {
    const callers = new FairShare()
    const [a, b] = known(callers, 'a', 'b') as [number, number]
    callers.charge(a, 100, 5_000)
    callers.charge(b, 10, 5_000)
    callers.charge(a, -100, 10_000)
    callers.charge(a, 30, 10_000)
    callers.charge(b, 40, 10_000)
    // 130 and 50: of the hundred nothing was left to give back.
    expect([a, b].map((account) => callers.greedy(account, 10_000))).toEqual([true, false])
  })

  it('gives strangers one account', () => {
    const callers = new FairShare()
    expect(callers.account(undefined, 0)).toBe(callers.account(undefined, 0))
    expect(known(callers, 'a')).not.toEqual([callers.account(undefined, 5_000)])
  })

  it('takes names first heard in this epoch for strangers: whoever takes a new one each time is one of them', () => {
    const callers = new FairShare()
    const [honest] = known(callers, 'honest') as [number]
    for (let n = 0; n < 1_000; n++) {
      const at = 5_000 + n
      callers.charge(callers.account(`new-${n}`, at), 9, at)
      if (n % 10 === 0) callers.charge(honest, 9, at)
    }
    expect(callers.greedy(honest, 6_000)).toBe(false)
    expect(callers.greedy(callers.account('new-1000', 6_000), 6_000)).toBe(true)
  })

  it('keeps so many names and no more, whoever invents them; who was there keeps his account', () => {
    const callers = new FairShare()
    const [account] = known(callers, 'known')
    for (let at = 5_000; at < 40_000; at += 5_000) {
      callers.charge(account as number, 1, at)
      for (let n = 0; n < 30_000; n++) callers.charge(callers.account(`invented-${n}`, at), 1, at)
    }
    expect(callers.size).toBe(1_001)
    expect(callers.account('known', 40_000)).toBe(account)
  })

  it('gives the accounts of those long gone to new names', () => {
    const callers = new FairShare()
    for (const account of known(callers, ...Array.from({ length: 1_000 }, (_, n) => `old-${n}`)))
      callers.charge(account, 1, 5_000)
    const stranger = callers.account(undefined, 5_000)
    expect(known(callers, 'early')).toEqual([stranger])
    callers.account('late', 20_000)
    const late = callers.account('late', 25_000)
    expect(late).not.toBe(stranger)
    expect(callers.account('late', 25_000)).toBe(late)
    expect(callers.greedy(late, 25_000)).toBe(false)
  })
})
