import { expect, test } from 'vitest'
import { DERIVED, keyedOn } from '../../../test/server/keyed-scene.js'

test('a handler gets what its mode has, and is told where it asks for another one', async () => {
  const { ask, keyed } = keyedOn(DERIVED)
  await ask(async (_request, context) => {
    const work = keyed.workOf(context, 'derived-key')
    expect([typeof work.step, typeof work.derive, work.takeover]).toEqual(['function', 'function', false])
    expect(context.signal).toBe(work.signal)
    expect(() => keyed.workOf(context, 'at-most-once')).toThrow("allowed: 'derived-key'")
    return new Response(null)
  })
  expect.assertions(3)
})

test('a request without a key has no work', async () => {
  const { time, keyed, create } = keyedOn({ ...DERIVED, key: 'optional' })
  const { handle } = await import('../web.js')
  const bare = new Request('http://shop.example/orders', { method: 'POST' })
  await time.run(
    handle(create, (_request, context) => {
      expect([context.key, context.work]).toEqual([undefined, undefined])
      expect(() => keyed.workOf(context, 'derived-key')).toThrow('came with a key')
      expect(() => context.derive('line')).toThrow('without an idempotency key')
      return new Response(null)
    })(bare),
  )
  expect.assertions(3)
})
