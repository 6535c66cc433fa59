import { expect, test, vi } from 'vitest'
import { DERIVED, keyedOn, problemOf } from '../../../test/server/keyed-scene.js'
import { records } from '../../../test/scenes/recorded.js'
import { keyHash } from '../../guard/key-hash.js'
import type { Incoming } from '../incoming.js'

const done = () => new Response(null, { status: 201 })

test.for([undefined, '', 7, '\ud800'])('a tenant %j is nobody: 401', async (tenant) => {
  const { ask } = keyedOn(DERIVED, { tenant: () => tenant as string })
  expect(await problemOf(await ask(() => expect.fail('ran')))).toMatchObject({ status: 401, type: 'unauthenticated' })
})

test('a tenant function that throws says nobody, too; once it is said aloud', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  const { ask } = keyedOn(DERIVED, {
    tenant: () => {
      throw new Error('no token')
    },
  })
  for (const _ of [1, 2]) expect((await ask(done)).status).toBe(401)
  expect(warned).toHaveBeenCalledTimes(1)
  expect(warned.mock.calls[0]?.[0]).toContain('no token')
  warned.mockRestore()
})

test('the tenant is found in what the framework has of the request', async () => {
  const seen: unknown[] = []
  const { ask } = keyedOn(DERIVED, { tenant: ({ raw }: Incoming) => `${seen.push(raw)}` })
  await ask(done)
  expect(seen[0]).toBeInstanceOf(Request)
})

test('a key may come in a field of another name', async () => {
  const { ask } = keyedOn(DERIVED, { header: 'X-Request-Key' })
  expect((await ask(done)).status).toBe(400)
  expect((await ask(done, { headers: { 'x-request-key': 'a' } })).status).toBe(201)
})

test('types of problems may begin otherwise, and name the page that describes them', async () => {
  const { ask } = keyedOn(DERIVED, { problems: 'https://a.example/problems#', describedBy: 'https://a.example/keys' })
  const got = await ask(done, { key: 'a, b' })
  expect(got.headers.get('link')).toBe('<https://a.example/keys>; rel="describedby"')
  expect(((await got.json()) as { type: string }).type).toBe('https://a.example/problems#key-invalid')
})

test('two services with an operation of one name have keys of their own', async () => {
  const { create } = keyedOn(DERIVED)
  expect(create.served.keyed).toMatchObject({ operation: 'shop.create' })
})

test('the server\u2019s record has the key\u2019s hash, and says what was a replay', async () => {
  const { ask } = keyedOn(DERIVED)
  await ask(done)
  await ask(done)
  await ask(done, { body: 'another' })
  expect(records.map(({ key, replayed, outcome }) => [key, replayed, outcome])).toEqual([
    [keyHash('order-1'), false, 'ok'],
    [keyHash('order-1'), true, 'ok'],
    [keyHash('order-1'), false, 'invalid'],
  ])
})
