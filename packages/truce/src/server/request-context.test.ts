import { describe, expect, it, vi } from 'vitest'
import { wheelOf } from '../guard/wheel.js'
import { virtualTime } from '../testing/index.js'
import type { Incoming } from './incoming.js'
import { RequestContext } from './request-context.js'

const NOTHING = {} as Incoming

function contextOf(told?: object, left = Number.POSITIVE_INFINITY) {
  const time = virtualTime()
  const now = time.clock.now()
  const home = { service: 'inventory', operation: 'reserve', clock: time.clock }
  return { time, context: new RequestContext(home, NOTHING, told, now, now + left) }
}

describe('the context of a request', () => {
  it('of a stranger has a call of its own', () => {
    const { context } = contextOf()
    expect(context).toMatchObject({ attempt: 1, urgency: 'interactive', caller: undefined, owner: undefined })
    expect(context.id).toBe(`${context.call}#1`)
    expect(context.call).toBe(context.call)
  })

  it('has one owner, or two', () => {
    expect(contextOf({ owner: 'a' }).context.owner).toBe('a')
    expect(contextOf({ owner: 'a', businessOwner: 'b' }).context.owner).toEqual({ transient: 'a', business: 'b' })
    expect(contextOf({ businessOwner: 'b' }).context.owner).toBeUndefined()
  })

  it('leaves a margin for the way home', () => {
    expect(contextOf({}, 100).context.remaining).toBe(95)
    expect(contextOf({}, 10_000).context.remaining).toBe(9_950)
    expect(contextOf({}, -5).context.remaining).toBe(0)
  })

  it('has a timer only while its signal is looked at and the answer not given', async () => {
    const { time, context } = contextOf({}, 100)
    expect(wheelOf(time.clock).size).toBe(0)
    const { signal } = context
    expect(wheelOf(time.clock).size).toBe(1)
    context.ended()
    expect(wheelOf(time.clock).size).toBe(0)
    await time.advance(200)
    expect(signal.aborted).toBe(false)
  })

  it('aborts at its end, and at once where that has passed', async () => {
    const { time, context } = contextOf({}, 100)
    const { signal } = context
    await time.advance(101)
    expect(signal.reason).toMatchObject({ code: 'TRUCE_DEADLINE', operation: 'reserve' })
    expect(contextOf({}, 0).context.signal.aborted).toBe(true)
  })

  it('ends those who have joined, and those who come later at once', () => {
    const { context } = contextOf()
    const [early, gone, late] = [
      vi.fn<(reason: unknown) => void>(),
      vi.fn<(reason: unknown) => void>(),
      vi.fn<(reason: unknown) => void>(),
    ]
    const leaving = { abort: gone }
    expect([context.join({ abort: early }), context.join(leaving)]).toEqual([true, true])
    context.leave(leaving)
    context.abort('left')
    context.abort('again')
    expect(context.join({ abort: late })).toBe(false)
    expect([early.mock.calls, gone.mock.calls, late.mock.calls]).toEqual([[['left']], [], [['left']]])
    expect(context.signal.reason).toBe('left')
  })

  it('tells an adapter once that somebody listens, and once that retries were spent', () => {
    const { context } = contextOf()
    const [watched, spent] = [vi.fn<() => void>(), vi.fn<() => void>()]
    context.whenWatched = watched
    context.whenSpent = spent
    void context.signal
    context.join({ abort() {} })
    context.spent()
    context.spent()
    expect([watched.mock.calls.length, spent.mock.calls.length, context.exhausted]).toEqual([1, 1, true])
  })

  it('under a key has the signal of the work and derives keys; without one it refuses', () => {
    const { context } = contextOf()
    expect(() => context.derive('charge')).toThrow('without an idempotency key')
    const { signal } = new AbortController()
    context.work = { signal, fence: 1, takeover: false, derive: (step) => `k/${step}` }
    expect([context.signal, context.derive('charge')]).toEqual([signal, 'k/charge'])
  })
})
