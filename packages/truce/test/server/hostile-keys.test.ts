/** What a caller may try with keys, and must not get. */
import { keyStatus, type HttpIdempotencyOptions } from 'truce/server/idempotency'
import { idempotencyKey } from 'truce/idempotency'
import { WebIncoming } from '../../src/server/web.js'
import { expect, test } from 'vitest'
import { DERIVED, keyedOn, problemOf } from './keyed-scene.js'

const byAccount: Partial<HttpIdempotencyOptions> = { tenant: (incoming) => incoming.header('x-account') }
const ann = { 'x-account': 'ann' }
const bob = { 'x-account': 'bob' }

test('the key of another tenant cannot be asked for, nor its answer be got', async () => {
  const { ask, create, request } = keyedOn(DERIVED, byAccount)
  const handler = async (_request: Request, { incoming }: { incoming: { header(name: string): string | undefined } }) =>
    new Response(`of ${incoming.header('x-account')}`)
  expect(await (await ask(handler, { headers: ann })).text()).toBe('of ann')
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await keyStatus(create, new WebIncoming(request({ headers })))).status
  expect([await status(ann), await status(bob), await status({})]).toEqual([200, 404, 401])
  expect(await (await ask(handler, { headers: bob })).text()).toBe('of bob')
})

test('a key that was made in the future is a key: it runs once, and is replayed', async () => {
  const { ask } = keyedOn(DERIVED)
  let ran = 0
  const key = idempotencyKey(Date.now() + 100 * 365 * 86_400_000)
  for (const replayed of [null, 'true', 'true']) {
    const answer = await ask(() => new Response(String(++ran), { status: 201 }), { key })
    expect([answer.status, await answer.text(), answer.headers.get('idempotent-replayed')]).toEqual([
      201,
      '1',
      replayed,
    ])
  }
})

test('the cookies of the first answer are nobody else’s, also where its body was too long to be kept', async () => {
  const { ask } = keyedOn(DERIVED, {}, { largestResult: 1_024 })
  const long = () =>
    new Response('x'.repeat(5_000), { status: 201, headers: { 'set-cookie': 'session=1', location: '/orders/1' } })
  const first = await ask(long)
  expect([(await first.text()).length, first.headers.getSetCookie()]).toEqual([5_000, ['session=1']])
  const repeat = await ask(long)
  expect([repeat.headers.getSetCookie(), repeat.headers.get('location')]).toEqual([[], '/orders/1'])
  expect(await problemOf(repeat)).toMatchObject({ status: 409, type: 'result-not-kept' })
})
