/** Keys through createFetch: read where the API wants them, made where that was asked for. */
import { describe, expect, it, test } from 'vitest'
import { loopbackServer, reset, status } from '../../test/loopback-server.js'
import { dependency, type DependencyOptions, explain, OptionError } from '../index.js'
import { peer } from '../peer/index.js'
import { bornAt } from '../policy/idempotency/uuid.js'
import { ietf, paypal, square } from '../profiles/index.js'
import { createFetch, type FetchOptions } from './create-fetch.js'

const guarded = (options: Partial<FetchOptions> = {}, of: DependencyOptions = {}): typeof fetch =>
  createFetch({ dependency: dependency('bank', of), backoff: { initial: 1, max: 2 }, ...options })
const post = { method: 'POST', body: '{}' }

describe('a key that is made', () => {
  it('is written into the header, the same for all attempts of a request', async () => {
    const server = await loopbackServer(reset, status(503), status(201))
    const response = await guarded({ idempotency: { key: 'new' } })(server.url, post)
    const keys = server.came.map(({ headers }) => headers['idempotency-key'])
    expect([response.status, keys.length, new Set(keys).size]).toEqual([201, 3, 1])
    expect(bornAt(String(keys[0]))).toBeGreaterThan(Date.now() - 60_000)
  })

  it('is another one for the next request, and none for a read or a natural method', async () => {
    const server = await loopbackServer(status(200))
    const send = guarded({ idempotency: { key: 'new' }, natural: ['PUT'] })
    await send(server.url, post)
    await send(server.url, post)
    await send(server.url)
    await send(server.url, { method: 'PUT', body: '{}' })
    const keys = server.came.map(({ headers }) => headers['idempotency-key'])
    expect([new Set(keys.slice(0, 2)).size, keys.slice(2)]).toEqual([2, [undefined, undefined]])
  })

  it('gives way to the request’s own', async () => {
    const server = await loopbackServer(reset, status(200))
    const headers = { 'Idempotency-Key': 'order_1' }
    await guarded({ idempotency: { key: 'new' } })(server.url, { ...post, headers })
    expect(server.came.map((came) => came.headers['idempotency-key'])).toEqual(['order_1', 'order_1'])
  })

  it('goes where the profile says', async () => {
    const server = await loopbackServer(status(500), status(200))
    await guarded({ idempotency: { key: 'new' } }, { profile: paypal })(server.url, post)
    const sent = server.came.map(({ headers }) => [headers['paypal-request-id'], 'idempotency-key' in headers])
    expect(sent).toEqual([sent[0], [expect.stringMatching(/^[\da-f-]{36}$/), false]])
    expect(sent[0]).toEqual(sent[1])
  })

  it('cannot go into a body that is the caller’s', () => {
    const make = () => guarded({ idempotency: { key: 'new' } }, { profile: square })
    expect(make).toThrow(OptionError)
    expect(make).toThrow('put attempt.key there in run()')
  })
})

describe('the key of a request', () => {
  it.each(['order_1', '"order_1"'])('of a peer may be bare or quoted, and is sent quoted: %s', async (value) => {
    const server = await loopbackServer(reset, status(200))
    const response = await guarded({}, { peer })(server.url, { ...post, headers: { 'Idempotency-Key': value } })
    expect(response.status).toBe(200)
    expect(server.came.map(({ headers }) => headers['idempotency-key'])).toEqual(['"order_1"', '"order_1"'])
  })

  it('in a header that the API ignores protects nobody', async () => {
    const server = await loopbackServer(status(500))
    const headers = { 'Idempotency-Key': 'order_1' }
    const response = await guarded({}, { profile: paypal })(server.url, { ...post, headers })
    expect(explain(response)).toMatchObject({ stop: 'unsafe', key: undefined })
    expect(server.came[0]?.headers).toMatchObject({ 'idempotency-key': 'order_1' })
  })

  it('of an operation’s profile counts before the dependency’s', async () => {
    const server = await loopbackServer(reset, status(200))
    const send = guarded({ idempotency: { profile: paypal } }, { profile: ietf })
    const response = await send(server.url, { ...post, headers: { 'PayPal-Request-Id': 'order_1' } })
    expect([response.status, server.came.length]).toEqual([200, 2])
  })

  test.each<[string, BodyInit | null, boolean]>([
    ['its field', '{"idempotency_key":"k","sum":7}', true],
    ['an empty field', '{"idempotency_key":""}', false],
    ['a field that is no text', '{"idempotency_key":7}', false],
    ['no field', '{}', false],
    ['null', 'null', false],
    ['no JSON', 'idempotency_key=k', false],
    ['bytes', new TextEncoder().encode('{"idempotency_key":"k"}'), false],
    ['nothing', null, false],
  ])('in a body: %s', async (_, body, repeated) => {
    const server = await loopbackServer(status(500))
    const response = await guarded({}, { profile: square })(server.url, { method: 'POST', body })
    expect(explain(response)?.stop).toBe(repeated ? 'attempts' : 'unsafe')
    expect(server.came[0]?.headers).not.toHaveProperty('idempotency-key')
  })

  it('that the API cannot read is refused before it is sent', async () => {
    const server = await loopbackServer(status(200))
    const headers = { 'Idempotency-Key': 'ü' }
    await expect(guarded({ idempotency: {} })(server.url, { ...post, headers })).rejects.toThrow(OptionError)
    expect(server.came).toEqual([])
  })
})
