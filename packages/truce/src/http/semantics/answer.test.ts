import { describe, expect, it, test } from 'vitest'
import { failure } from '../../policy/classify.js'
import { classifyValue, getHeader } from './answer.js'

const unavailable = failure('unavailable')
const shed = failure('overloaded', 'unknown', { retryAfter: 7_000 })
const axios = (status: number, headers: unknown = {}) => ({ status, statusText: '', headers, config: {}, data: null })
const got = (statusCode: number, headers: unknown = {}) => ({ statusCode, headers, body: '', rawBody: null })

describe('an answer is judged by its status', () => {
  test.each([
    ['a Response', new Response(null, { status: 503 }), unavailable],
    ['a Response with a hint', new Response(null, { status: 503, headers: { 'Retry-After': '7' } }), shed],
    [
      'a Response with a broken hint',
      new Response(null, { status: 503, headers: { 'Retry-After': 'x' } }),
      unavailable,
    ],
    ['a response of axios', axios(503), unavailable],
    ['a response of axios with a hint', axios(503, { 'Retry-After': '7' }), shed],
    ['a response of got', got(503), unavailable],
    ['a response of got with a hint', got(503, { 'retry-after': '7' }), shed],
    ["undici's request", { statusCode: 503, headers: {}, trailers: {}, body: {} }, unavailable],
    ['an IncomingMessage', { statusCode: 503, headers: { 'retry-after': '7' }, rawHeaders: [] }, shed],
    ['a result of AWS', { $metadata: { httpStatusCode: 503 } }, unavailable],
    ['a 429', got(429, { 'retry-after': '7' }), failure('overloaded', 'not-applied', { retryAfter: 7_000 })],
    ['the first status that fails, axios', axios(400), failure('invalid')],
    ['the first status that fails, got', got(400), failure('invalid')],
    ['a 404', new Response(null, { status: 404 }), failure('not-found')],
  ])('%s', (_, value, expected) => expect(classifyValue(value)).toEqual(expected))

  // Every client's own headers; what the fields mean is told beside pushback.ts.
  const wait = { 'Retry-After-Ms': '340', 'X-Should-Retry': 'false' }
  const pushedBack = failure('overloaded', 'unknown', { retryAfter: 340, retry: false })
  test.each([
    ['a Response', new Response(null, { status: 503, headers: wait })],
    ['a response of axios', axios(503, wait)],
    ['a response of got', got(503, wait)],
    ['an IncomingMessage', { statusCode: 503, headers: wait, rawHeaders: [] }],
  ])('%s in another dialect of pushback', (_, value) => expect(classifyValue(value)).toEqual(pushedBack))

  it('counts a Retry-After date from the clock it is given', () => {
    const now = Date.UTC(2026, 10, 22, 12, 0, 0)
    const answer = got(503, { 'retry-after': 'Sun, 22 Nov 2026 12:00:07 GMT' })
    expect(classifyValue(answer, () => now)).toEqual(shed)
  })
})

describe('successes', () => {
  test.each([
    ['a Response', new Response('fine')],
    ['a redirect that was not followed', new Response(null, { status: 302 })],
    ['an opaque response', { type: 'opaque', status: 0, ok: false, headers: new Headers() }],
    ['a response of axios', axios(204)],
    ['a response of got', got(304)],
    ['a result of AWS', { $metadata: { httpStatusCode: 200 }, Items: [] }],
    [
      'an answer that pushes back',
      new Response('fine', { headers: { 'x-should-retry': 'false', 'retry-after': '7' } }),
    ],
  ])('%s', (_, value) => expect(classifyValue(value)).toBeUndefined())
})

describe('no answer', () => {
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number that is a status', 503],
    ['text', 'HTTP/1.1 503'],
    ['a symbol', Symbol('503')],
    ['a function', Object.assign(() => 0, { statusCode: 503, headers: {}, body: '' })],
    ['an array', [503]],
    ['an order that is ok', { status: 'ok' }],
    ['an order whose status is a number', { status: 500 }],
    ['half a response', { status: 503, headers: {} }],
    ['half a response of axios', { status: 503, statusText: '', headers: {} }],
    ['a response of axios without headers', { status: 503, statusText: '', config: {}, headers: null }],
    ['half a response of got', { statusCode: 503, headers: {} }],
    ['a body with a status code', { statusCode: 503, body: 'x' }],
    ['a status in words', { status: '503', headers: new Headers() }],
    ['a status that is no number', { status: Number.NaN, headers: new Headers() }],
    ['metadata without a status', { $metadata: { attempts: 3 } }],
    ['metadata that is none', { $metadata: null }],
    ['a getter that throws', Object.defineProperty({}, 'status', { get: bomb })],
    ['headers that throw', { status: 503, headers: { get: bomb } }],
    ['a proxy that throws', new Proxy({}, { get: bomb, has: bomb })],
    ['a revoked proxy', revoked.proxy],
    ['an object without a prototype', Object.create(null)],
  ])('%s', (_, value) => expect(classifyValue(value)).toBeUndefined())
})

describe('a header', () => {
  test.each<[string, unknown, string | undefined]>([
    ['of Headers', new Headers({ 'Retry-After': '3' }), '3'],
    ['of a plain record', { 'Retry-After': '3' }, '3'],
    ['of a record in lower case', { 'retry-after': '3' }, '3'],
    ['of AxiosHeaders', { get: (name: string) => (name === 'retry-after' ? '3' : null) }, '3'],
    ['given twice', { 'retry-after': ['1', '3'] }, '1, 3'],
    ['that is a number', { 'RETRY-AFTER': 3 }, '3'],
    ['that is no text', { 'retry-after': {} }, undefined],
    ['that is not there', { date: 'x' }, undefined],
    ['that Headers do not have', new Headers(), undefined],
    ['of nothing', undefined, undefined],
    ['of text', 'retry-after: 3', undefined],
  ])('%s', (_, headers, expected) => expect(getHeader(headers, 'retry-after')).toBe(expected))
})

function bomb(): never {
  throw new Error('read')
}
