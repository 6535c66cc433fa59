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
    expect(callers.account(undefined, 5_000)).toBe(callers.account('new', 5_000))
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

  it('knows one whose account was given away, and gives it another', () => {
    const callers = new FairShare()
    const names = Array.from({ length: 1_000 }, (_, n) => `old-${n}`)
    const accounts = known(callers, ...names)
    callers.account('late', 20_000)
    const late = callers.account('late', 25_000)
    const back = callers.account(names[accounts.indexOf(late)], 25_000)
    expect(back).not.toBe(late)
    expect(back).not.toBe(callers.account(undefined, 25_000))
  })

  it('lets one have a tenth more than the mean: two that ask the same are never exactly equal', () => {
    const callers = new FairShare()
    const [a, b] = known(callers, 'a', 'b') as [number, number]
    callers.charge(a, 9, 5_000)
    callers.charge(b, 11, 5_000)
    expect(callers.greedy(b, 5_000)).toBe(false)
    callers.charge(b, 1, 5_000)
    expect(callers.greedy(b, 5_000)).toBe(true)
  })

  it('counts what one had in the epoch before once', () => {
    const callers = new FairShare()
    const both = known(callers, 'a', 'b')
    for (const account of both) callers.charge(account, 100, 5_000)
    expect(both.map((account) => callers.greedy(account, 10_000))).toEqual([false, false])
  })

  it('does not hold against one that comes back what it had long ago', () => {
    const callers = new FairShare()
    const [a, b, back] = known(callers, 'a', 'b', 'back') as [number, number, number]
    callers.charge(back, 1_000, 5_000)
    for (const account of [a, b]) callers.charge(account, 10, 17_000)
    expect(callers.greedy(back, 17_000)).toBe(false)
  })

  it.each([5_000, 10_000, 15_000, 20_000])(
    'counts strangers among those who ask, also those that come first at %d',
    (at) => {
      const callers = new FairShare()
      const [a] = known(callers, 'a') as [number]
      const strangers = callers.account(undefined, at)
      callers.charge(a, 100, at)
      callers.charge(strangers, 300, at)
      expect(callers.greedy(strangers, at)).toBe(true)
    },
  )

  it('counts one that was refused at first among those who ask as soon as it is served', () => {
    const callers = new FairShare()
    const [a, b] = known(callers, 'a', 'b') as [number, number]
    callers.charge(a, 100, 15_000)
    callers.charge(b, 300, 15_000)
    expect(callers.greedy(b, 15_000)).toBe(true)
  })

  describe('of names, which cost nothing to invent', () => {
    const STRANGER = new FairShare().account(undefined, 0)
    const hear = (callers: FairShare, count: number, at: number) => {
      for (let n = 0; n < count; n++) callers.account(`name-${at}-${n}`, at)
    }

    it('remembers ten thousand new ones an epoch', () => {
      const callers = new FairShare()
      hear(callers, 9_999, 0)
      callers.account('last', 0)
      callers.account('one too many', 0)
      expect(callers.account('last', 5_000)).not.toBe(STRANGER)
      expect(callers.account('one too many', 5_000)).toBe(STRANGER)
    })

    it.each([
      [9_999, true],
      [10_000, false],
    ])('and %d others: still known is one that comes every other epoch: %s', (others, still) => {
      const callers = new FairShare()
      for (const name of ['rare', 'frequent']) callers.account(name, 0)
      callers.account('frequent', 5_000)
      hear(callers, others, 5_000)
      expect(callers.account('rare', 10_000) !== STRANGER).toBe(still)
    })

    it('leaves the strangers what they had when one more finds no account free', () => {
      const callers = new FairShare()
      for (const account of known(callers, ...Array.from({ length: 1_000 }, (_, n) => `busy-${n}`)))
        callers.charge(account, 1, 5_000)
      callers.charge(callers.account('new', 5_000), 100, 5_000)
      expect(callers.account('new', 10_000)).toBe(STRANGER)
      expect(callers.greedy(STRANGER, 10_000)).toBe(true)
    })

    it('takes no account from one that had work done in the epoch before', () => {
      const callers = new FairShare()
      for (const account of known(callers, ...Array.from({ length: 1_000 }, (_, n) => `busy-${n}`)))
        callers.charge(account, 1, 5_000)
      callers.account('new', 5_000)
      expect(callers.account('new', 10_000)).toBe(STRANGER)
    })

    it('looks at four accounts for one that is free, so that a flood of names stays cheap, and at others the next time', () => {
      const callers = new FairShare()
      const accounts = known(callers, ...Array.from({ length: 1_000 }, (_, n) => `old-${n}`))
      callers.account('new', 5_000)
      for (const account of accounts.slice(0, 4)) callers.charge(account, 1, 20_000)
      expect(callers.account('new', 20_000)).toBe(STRANGER)
      expect(callers.account('new', 20_000)).toBe(accounts[4])
    })
  })
})
