import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bulkhead, type Waiter } from './concurrency.js'

interface Caller extends Waiter {
  readonly id: number
}

const caller = (id: number): Caller => ({ id, ahead: undefined, behind: undefined, queued: false })

/** Fills a bulkhead of one slot; the first holds it, the rest wait. */
function queueOf(count: number): [Bulkhead<Caller>, Caller[]] {
  const bulkhead = new Bulkhead<Caller>({ limit: 1, queue: count })
  const callers = Array.from({ length: count + 1 }, (_, id) => caller(id))
  for (const each of callers) bulkhead.enter(each)
  return [bulkhead, callers]
}

describe('bulkhead', () => {
  it('takes so many at once, so many wait, the rest is refused', () => {
    const bulkhead = new Bulkhead<Caller>({ limit: 2, queue: 1 })
    expect([0, 1, 2, 3].map((id) => bulkhead.enter(caller(id)))).toEqual(['entered', 'entered', 'queued', 'refused'])
    expect([bulkhead.inFlight, bulkhead.waiting]).toEqual([2, 1])
  })

  it('without a queue refuses at once', () => {
    const bulkhead = new Bulkhead<Caller>({ limit: 1, queue: 0 })
    expect([0, 1].map((id) => bulkhead.enter(caller(id)))).toEqual(['entered', 'refused'])
  })

  // cockatiel's bulkhead puts a freed slot back: a newcomer runs before those who wait, and others are
  // refused because the old waiter still fills the queue.
  it('hands a freed slot to who waited longest: a newcomer cannot overtake, and finds room in the queue', () => {
    const [bulkhead, callers] = queueOf(1)
    expect(bulkhead.leave()).toBe(callers[1])
    expect([bulkhead.inFlight, bulkhead.waiting]).toEqual([1, 0])
    expect(bulkhead.enter(caller(9))).toBe('queued')
  })

  it.each([1, 2, 3])('lets waiter %d of 3 go without disturbing the order of the others', (gone) => {
    const [bulkhead, callers] = queueOf(3)
    expect(bulkhead.cancel(callers[gone] as Caller)).toBe(true)
    expect(bulkhead.cancel(callers[gone] as Caller), 'only once').toBe(false)
    expect([bulkhead.leave()?.id, bulkhead.leave()?.id]).toEqual([1, 2, 3].filter((id) => id !== gone))
    expect(bulkhead.leave()).toBeUndefined()
    expect([bulkhead.inFlight, bulkhead.waiting]).toEqual([0, 0])
  })

  it('one who holds a slot is no waiter: cancel() says so, and the slot is still to be left', () => {
    const [bulkhead, callers] = queueOf(1)
    const next = bulkhead.leave() as Caller
    expect([bulkhead.cancel(callers[0] as Caller), bulkhead.cancel(next)]).toEqual([false, false])
    expect(bulkhead.inFlight).toBe(1)
  })

  it('tryEnter() takes a free slot or says no; it never waits and never overtakes', () => {
    const [bulkhead, callers] = queueOf(1)
    expect([bulkhead.tryEnter(), bulkhead.waiting]).toEqual([false, 1])
    bulkhead.setLimit(2)
    expect(bulkhead.tryEnter(), 'the free slot is the waiter’s').toBe(false)
    expect(bulkhead.enter(caller(9)), 'nor by enter()').toBe('refused')
    expect(bulkhead.admitNext()).toBe(callers[1])
    bulkhead.leave()
    expect([bulkhead.tryEnter(), bulkhead.inFlight]).toEqual([true, 2])
  })

  it('shrinks without throwing anybody out: what comes free above the limit is not handed on', () => {
    const bulkhead = new Bulkhead<Caller>({ limit: 3, queue: 2 })
    for (let id = 0; id < 5; id++) bulkhead.enter(caller(id))
    bulkhead.setLimit(1)
    expect([bulkhead.inFlight, bulkhead.limit, bulkhead.settings.limit]).toEqual([3, 1, 3])
    expect([bulkhead.leave(), bulkhead.leave(), bulkhead.inFlight]).toEqual([undefined, undefined, 1])
    expect([bulkhead.leave()?.id, bulkhead.inFlight, bulkhead.waiting]).toEqual([3, 1, 1])
  })

  it('grows: free slots go to those who wait, oldest first', () => {
    const [bulkhead] = queueOf(4)
    bulkhead.setLimit(4)
    expect([1, 2, 3, 4].map(() => bulkhead.admitNext()?.id)).toEqual([1, 2, 3, undefined])
    expect([bulkhead.inFlight, bulkhead.waiting]).toEqual([4, 1])
  })

  it.each([
    [0, 1],
    [-3, 1],
    [2.9, 2],
  ])('a limit of %d is %d: whole, and somebody can always come in', (asked, limit) => {
    const bulkhead = new Bulkhead<Caller>({ limit: 5, queue: 0 })
    bulkhead.setLimit(asked)
    expect(bulkhead.limit).toBe(limit)
  })

  it('is a list: first in first out, never over the limit, no slot lost, however callers come, leave and give up', () => {
    const kinds = fc.constantFrom('enter', 'enter', 'enter', 'leave', 'leave', 'cancel', 'try', 'limit')
    const acts = fc.array(fc.tuple(kinds, fc.nat()), { maxLength: 200, size: 'max' })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.nat(5), acts, (initial, queue, steps) => {
        const bulkhead = new Bulkhead<Caller>({ limit: initial, queue })
        const inside: Caller[] = []
        const waiting: Caller[] = []
        let limit = initial
        for (const [index, [act, which]] of steps.entries()) {
          if (act === 'enter') {
            const newcomer = caller(index)
            const expected = inside.length < limit ? 'entered' : waiting.length < queue ? 'queued' : 'refused'
            expect(bulkhead.enter(newcomer)).toBe(expected)
            if (expected === 'entered') inside.push(newcomer)
            else if (expected === 'queued') waiting.push(newcomer)
          } else if (act === 'try') {
            expect(bulkhead.tryEnter()).toBe(inside.length < limit)
            if (inside.length < limit) inside.push(caller(index))
          } else if (act === 'leave' && inside.length > 0) {
            inside.splice(which % inside.length, 1)
            const next = inside.length < limit ? waiting.shift() : undefined
            expect(bulkhead.leave()).toBe(next)
            if (next) inside.push(next)
          } else if (act === 'cancel' && waiting.length > 0) {
            const [gone] = waiting.splice(which % waiting.length, 1)
            expect(bulkhead.cancel(gone as Caller)).toBe(true)
          } else if (act === 'limit') {
            limit = 1 + (which % 6)
            bulkhead.setLimit(limit)
            for (let next = bulkhead.admitNext(); next; next = bulkhead.admitNext()) {
              expect(next).toBe(waiting.shift())
              inside.push(next)
            }
          }
          expect([bulkhead.inFlight, bulkhead.waiting]).toEqual([inside.length, waiting.length])
          if (waiting.length > 0) expect(inside.length, 'nobody waits beside a free slot').toBeGreaterThanOrEqual(limit)
        }
      }),
    )
  })
})
