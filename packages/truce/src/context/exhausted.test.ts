import { describe, expect, it } from 'vitest'
import type { CallContext } from './context.js'
import { isExhausted, markExhausted, markMoment } from './exhausted.js'

const attempt = (id: string): CallContext => ({ id, endsAt: Infinity, owner: undefined, join: () => true, leave() {} })

const [lower, upper] = [{}, {}]

describe('marks of exhaustion', () => {
  it('count in the attempt in which the lower call ran, and in no other', () => {
    const [mine, other] = [attempt('a#1'), attempt('b#1')]
    const since = markMoment()
    const error = new Error('shared')
    markExhausted(error, mine, lower, markMoment())
    expect(isExhausted(error, true, mine, upper, since)).toBe(true)
    expect(isExhausted(error, true, other, upper, since)).toBe(false)
  })

  it('without a context count for attempts that ran meanwhile, not for later ones', () => {
    const since = markMoment()
    const error = new Error('shared')
    markExhausted(error, undefined, lower, markMoment())
    expect(isExhausted(error, true, attempt('a#1'), upper, since)).toBe(true)
    expect(isExhausted(error, true, attempt('b#1'), upper, markMoment()), 'a singleton thrown again, later').toBe(false)
  })

  it('of calls of the same operation say nothing: they run beside each other', () => {
    const since = markMoment()
    const error = new Error('of one rejected promise that both awaited')
    markExhausted(error, undefined, lower, markMoment())
    expect(isExhausted(error, true, attempt('b#1'), lower, since)).toBe(false)
  })

  it('of a call that began before the attempt say nothing: it is not below', () => {
    const began = markMoment()
    const since = markMoment()
    const error = new Error('of one rejected promise that both awaited')
    markExhausted(error, undefined, lower, began)
    expect(isExhausted(error, true, attempt('b#1'), upper, since)).toBe(false)
  })

  it('are found along the causes of what was thrown', () => {
    const since = markMoment()
    const error = new Error('below')
    markExhausted(error, undefined, lower, markMoment())
    const wrapped = new Error('above', { cause: new Error('between', { cause: error }) })
    expect(isExhausted(wrapped, true, undefined, upper, since)).toBe(true)
  })

  it('of a value only its own mark: a stand-in that names its cause is no failure', () => {
    const since = markMoment()
    const error = new Error('below')
    markExhausted(error, undefined, lower, markMoment())
    expect(isExhausted({ value: 'cached', cause: error }, false, undefined, upper, since)).toBe(false)
    const answer = new Response('no', { status: 503 })
    markExhausted(answer, undefined, lower, markMoment())
    expect(isExhausted(answer, false, undefined, upper, since)).toBe(true)
  })

  it('cyclic, endless and throwing causes end the walk', () => {
    const since = markMoment()
    markExhausted(new Error('some mark'), undefined, lower, markMoment())
    const cyclic = new Error('a')
    cyclic.cause = new Error('b', { cause: cyclic })
    const throwing = { get cause(): unknown { throw new Error('no') } } // prettier-ignore
    const endless = { get cause(): unknown { return { ...endless } } } // prettier-ignore
    for (const error of [cyclic, throwing, endless])
      expect(isExhausted(error, true, undefined, upper, since)).toBe(false)
  })

  it.each(['a string', null, undefined, 7])('primitives carry none: %s', (thrown) => {
    const since = markMoment()
    markExhausted(thrown, undefined, lower, markMoment())
    expect(isExhausted(thrown, true, undefined, upper, since)).toBe(false)
  })
})
