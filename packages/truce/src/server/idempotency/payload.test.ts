import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { BodyTooLargeError } from '../errors.js'
import type { Incoming } from '../incoming.js'
import { WebIncoming } from '../web.js'
import { payloadOf } from './payload.js'

const ALL = { fields: undefined, payload: undefined, maxBody: 16 * 1_048_576 }

/** As a framework shows it that has parsed the body, or not. */
function incoming(body: unknown, type?: string, url = '/orders'): Incoming {
  return {
    method: 'POST',
    url,
    header: (name) => (name === 'content-type' ? type : undefined),
    payload: () => body,
    raw: undefined,
  }
}

/** Are they one request to a repeat? */
async function same(one: Incoming, other: Incoming, counting: Parameters<typeof payloadOf>[1] = ALL): Promise<boolean> {
  return isDeepStrictEqual(await payloadOf(one, counting), await payloadOf(other, counting))
}

const text = (body: string, type = 'application/json') => incoming(Buffer.from(body), type)

describe('payload', () => {
  test('JSON is what it says, parsed by the framework or not', async () => {
    expect(await same(text('{"a":1,"b":[2]}'), text('{ "b": [2.0], "a": 1 }'))).toBe(true)
    expect(await same(text('{"a":1}', 'application/vnd.shop+json; charset=utf-8'), incoming({ a: 1 }))).toBe(true)
    expect(await same(text('{"a":1}'), text('{"a":"1"}'))).toBe(false)
  })

  test('bytes that are no JSON are compared as they are', async () => {
    expect(await same(text('{"a":', 'application/json'), text('{"a":', 'application/json'))).toBe(true)
    expect(await same(text('{"a":1}', 'text/plain'), text('{ "a": 1 }', 'text/plain'))).toBe(false)
    expect(await same(incoming(Buffer.from('{"a":1}')), incoming(Buffer.from('{ "a": 1 }')))).toBe(false)
    expect(await same(text('a'), text('b'))).toBe(false)
  })

  test.for([
    ['a member that comes twice', '{"a":1,"a":2}', '{"a":2}'],
    ['a number that JSON.parse rounds', '{"a":9007199254740993}', '{"a":9007199254740992}'],
    ['half of a surrogate pair', '{"a":"\\ud800"}', '{"a":"\\ud801"}'],
    ['nesting past what is followed', '['.repeat(5_000) + ']'.repeat(5_000), '['.repeat(5_001) + ']'.repeat(5_001)],
  ] as const)('JSON with %s is compared by its bytes, and is no error', async ([, body, other]) => {
    expect(await same(text(body), text(body))).toBe(true)
    expect(await same(text(body), text(other))).toBe(false)
  })

  test('method, path and query count', async () => {
    expect(await same(incoming(null, undefined, '/orders?a=1'), incoming(null, undefined, '/orders?a=2'))).toBe(false)
    expect(await same({ ...incoming(null), method: 'PUT' }, incoming(null))).toBe(false)
  })

  test('no body is no body, however it is told', async () => {
    expect(await same(incoming(null), incoming(undefined))).toBe(true)
    expect(await same(incoming(new Uint8Array(0)), incoming(null))).toBe(true)
    expect(await same(incoming(null), text('null'))).toBe(false)
  })

  test('of named fields only these count; a body without any of them is compared whole', async () => {
    const counting = { ...ALL, fields: ['sku'] }
    expect(await same(text('{"sku":"a","at":1}'), text('{"at":2,"sku":"a"}'), counting)).toBe(true)
    expect(await same(text('{"sku":"a"}'), text('{"sku":"b"}'), counting)).toBe(false)
    expect(await same(text('{"at":1}'), text('{"at":2}'), counting)).toBe(false)
    expect(await same(text('sku=a', 'text/plain'), text('sku=b', 'text/plain'), counting)).toBe(false)
    await expect(payloadOf(incoming({ at: 1 }), counting)).rejects.toThrow('has none of the fields sku')
  })

  test('a parsed body that is no JSON is refused, and not taken for another one', async () => {
    await expect(payloadOf(incoming({ file: new Map() }), ALL)).rejects.toThrow('is a Map')
    await expect(payloadOf(incoming({ id: 2 ** 53 }), ALL)).rejects.toThrow('past 2^53')
  })

  test('an operation may say it by itself', async () => {
    const payload = ({ url }: Incoming) => ({ url })
    expect(await payloadOf(incoming({ a: 1 }), { ...ALL, payload })).toEqual({ url: '/orders' })
  })

  test('10 MB of JSON are read where they may be, and no byte more than may be', async () => {
    const large = JSON.stringify({ lines: Array.from({ length: 500_000 }, (_, line) => ({ line, sku: 'tea' })) })
    expect(large.length).toBeGreaterThan(10_000_000)
    const request = () => new WebIncoming(new Request('http://a.example/', { method: 'POST', body: large }))
    await expect(payloadOf(request(), ALL)).resolves.toMatchObject({ method: 'POST' })
    await expect(payloadOf(request(), { ...ALL, maxBody: 1_000 })).rejects.toThrow(BodyTooLargeError)
  })
})
