import { idempotency, memory, type Outcome } from 'truce/idempotency'
import { expect, test } from 'vitest'
import { type Answer, answerOf, stillRunning } from './keyed.js'

const done: Answer = { status: 201, body: { reservation: 7 } }
const request = { tenant: 'order', operation: 'reserve', key: 'key', payload: { quantity: 1 } }
const engineOf = () => idempotency({ store: memory(), ttl: '1h', wait: 0 })

test('done, and done before', async () => {
  const engine = engineOf()
  const reserve = () => engine.outcome({ ...request, mode: 'derived-key' }, () => done)
  expect(answerOf(await reserve())).toEqual({ ...done, replayed: false })
  expect(answerOf(await reserve())).toEqual({ ...done, replayed: true })
})

test('a refusal is an answer like any other, and is given again', async () => {
  const engine = engineOf()
  const soldOut: Answer = { status: 409, body: { error: 'sold out' } }
  const reserve = () => engine.outcome({ ...request, mode: 'derived-key' }, () => soldOut)
  expect(answerOf(await reserve())).toEqual({ ...soldOut, replayed: false })
  expect(answerOf(await reserve())).toEqual({ ...soldOut, replayed: true })
})

test('still running: 409 with a wait, which the caller knows from all other 409s', async () => {
  const engine = engineOf()
  let finish: (answer: Answer) => void = () => undefined
  const running = engine.outcome(
    { ...request, mode: 'derived-key' },
    () => new Promise<Answer>((end) => (finish = end)),
  )
  const met = answerOf(await engine.outcome({ ...request, mode: 'derived-key' }, () => done))
  expect(met).toEqual({ status: 409, body: { error: 'still running' }, retryAfter: 1 })
  finish(done)
  expect(answerOf(await running)).toMatchObject(done)

  const answer = (headers: Record<string, string>) => stillRunning(new Response('{}', { status: 409, headers }), false)
  expect(answer({ 'retry-after': String(met.retryAfter) })).toEqual({
    class: 'conflict',
    certainty: 'not-applied',
    answered: true,
    retryAfter: 1_000,
  })
  expect(answer({})).toBeUndefined()
})

test('another payload is 422, an outcome that nobody knows 409 without a wait, a key that is none 400', async () => {
  const engine = engineOf()
  const atMostOnce = { ...request, mode: 'at-most-once' } as const
  const failing = () => Promise.reject(new Error('connection reset'))
  await engine.outcome(atMostOnce, failing)
  const said = async (outcome: Promise<Outcome<Answer>>) => {
    const { status, retryAfter } = answerOf(await outcome)
    return [status, retryAfter]
  }
  expect(await said(engine.outcome({ ...atMostOnce, payload: { quantity: 2 } }, () => done))).toEqual([422, undefined])
  expect(await said(engine.outcome(atMostOnce, () => done))).toEqual([409, undefined])
})

test('a store that does not answer is 503 with a wait: nothing was done', async () => {
  const down = { ...memory(), begin: () => Promise.reject(new Error('disk gone')) }
  const engine = idempotency({ store: down, ttl: '1h', lease: '100ms', storeTimeout: '20ms' })
  const { status, retryAfter } = answerOf(await engine.outcome({ ...request, mode: 'derived-key' }, () => done))
  expect([status, retryAfter]).toEqual([503, 1])
})

test('an error of the handler itself is thrown', async () => {
  const outcome = await engineOf().outcome({ ...request, mode: 'at-most-once' }, (): Answer => {
    throw new Error('a bug')
  })
  expect(() => answerOf(outcome)).toThrow('a bug')
})
