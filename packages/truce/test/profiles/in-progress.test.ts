/** What a call may claim that was told: "your first request is still at work". */
import { dependency, explain } from 'truce'
import { ietf, stripeV1 } from 'truce/profiles'
import { expect, test } from 'vitest'

const OFF = { budget: 'none', governor: 'none', breaker: 'none' } as const
const CHARGE = { effect: 'write', backoff: 'none' } as const

test.each([stripeV1, ietf])('$name: the order of a first request that is at work is in doubt', async (profile) => {
  const pay = dependency('pay', { ...OFF, profile }).operation('pay', { ...CHARGE, attempts: 1 })
  const busy = async () => new Response(null, { status: 409, headers: { 'retry-after': '0' } })
  const { explanation } = await pay.outcome(busy, { key: 'order_1' })
  // `not-applied` would let the application order once more, under another key.
  expect(explanation).toMatchObject({ class: 'conflict', certainty: 'unknown', key: 'order_1' })
})

test('and past the window of its key it is not asked for again', async () => {
  const pay = dependency('pay', { ...OFF, profile: stripeV1 }).operation('pay', CHARGE)
  const busy = () => Promise.reject(Object.assign(new Error('409'), { status: 409, headers: {} }))
  const error: unknown = await pay.run(busy, { key: 'order_2', age: '25h' }).catch((reason: unknown) => reason)
  expect(explain(error)).toMatchObject({ stop: 'window', certainty: 'unknown', attempts: 1 })
})
