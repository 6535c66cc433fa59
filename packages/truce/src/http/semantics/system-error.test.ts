import { describe, expect, it, test } from 'vitest'
import { type Failure, failure, UNRECOGNISED } from '../../policy/classify.js'
import { classifyError } from './system-error.js'

const refused = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' })
const reset = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' })
const NEVER_SENT: Failure = { class: 'unavailable', certainty: 'not-applied', answered: false }
const LOST: Failure = { class: 'unavailable', certainty: 'unknown', answered: false }
const TIMED_OUT: Failure = { class: 'timeout', certainty: 'unknown', answered: false }
const PROGRAMMER: Failure = { class: 'rejected', certainty: 'unknown', answered: false }

describe('the cause chain is walked before the type counts', () => {
  test.each<[string, unknown, Failure]>([
    ['fetch failed, refused', new TypeError('fetch failed', { cause: refused() }), NEVER_SENT],
    ['fetch failed, reset', new TypeError('fetch failed', { cause: reset() }), LOST],
    ['fetch failed, no cause', new TypeError('fetch failed'), LOST],
    ['fetch failed, a cause that says nothing', new TypeError('fetch failed', { cause: new Error('?') }), LOST],
    ["a worker's, refused or reset", new Error('Network connection lost.'), LOST],
    ['wrapped twice', new Error('reserve', { cause: new Error('inner', { cause: refused() }) }), NEVER_SENT],
    ['wrapped, told by its message', new Error('reserve', { cause: new TypeError('Failed to fetch') }), LOST],
    ['a TypeError around one', new TypeError('load', { cause: new TypeError('Failed to fetch') }), LOST],
    ['an abort by a timeout', named('AbortError', new DOMException('', 'TimeoutError')), TIMED_OUT],
    ['a misspelt method', new TypeError('x.foo is not a function'), PROGRAMMER],
    ['a misspelt URL', new TypeError('Failed to parse URL', { cause: new TypeError('Invalid URL') }), PROGRAMMER],
  ])('%s', (_, error, expected) => expect(classifyError(error)).toEqual(expected))

  it('takes the outer link where both speak: it is nearer to the call', () => {
    expect(classifyError(Object.assign(reset(), { cause: refused() }))).toEqual(LOST)
  })

  it('asks whether the name was ever found', () => {
    const error = new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) })
    const around = { nowEpoch: () => 0, resolvedBefore: () => true }
    expect(classifyError(error)).toMatchObject({ class: 'rejected', certainty: 'not-applied' })
    expect(classifyError(error, around)).toEqual(NEVER_SENT)
  })
})

describe('an address each', () => {
  test.each<[string, unknown, Failure]>([
    ['every address refused', all(refused(), refused()), NEVER_SENT],
    ['inside fetch', new TypeError('fetch failed', { cause: all(refused(), refused()) }), NEVER_SENT],
    ['one was reset', all(refused(), reset()), LOST],
    ['one timed out', all(refused(), new DOMException('', 'TimeoutError')), TIMED_OUT],
    ['one is unknown', all(refused(), new Error('?')), LOST],
    ['nothing known but its own code', all(new Error('?')), NEVER_SENT],
    ['no errors but its own code', all(), NEVER_SENT],
  ])('%s', (_, error, expected) => expect(classifyError(error)).toEqual(expected))

  it('leaves the errors of a form alone', () => {
    expect(classifyError(Object.assign(new Error('invalid'), { errors: [refused()] }))).toBeUndefined()
  })
})

describe('an error that carries an answer', () => {
  const headers = { 'Retry-After': '7' }
  const shed = failure('overloaded', 'unknown', { retryAfter: 7_000 })

  test.each<[string, unknown, Failure]>([
    [
      'axios',
      http({ code: 'ERR_BAD_RESPONSE', status: 503, response: { status: 503, statusText: '', headers, config: {} } }),
      shed,
    ],
    ['got', http({ code: 'ERR_NON_2XX_3XX_RESPONSE', response: { statusCode: 503, headers, body: '' } }), shed],
    ['ky', http({ response: new Response(null, { status: 503, headers }) }), shed],
    ['an SDK of an API', http({ status: 503, headers: new Headers(headers) }), shed],
    ['http-errors', http({ status: 503, statusCode: 503, headers }), shed],
    ['superagent', http({ status: 503, response: { headers } }), shed],
    ['an SDK, in ms', http({ status: 503, headers: { 'retry-after-ms': '7000' } }), shed],
    ['AWS', http({ $metadata: { httpStatusCode: 429 } }), failure('overloaded', 'not-applied')],
    ['a status alone', http({ statusCode: 404 }), failure('not-found')],
    ['as a cause', new Error('reserve', { cause: http({ status: 502 }) }), failure('unavailable')],
    ['a TypeError with a status', Object.assign(new TypeError('?'), { status: 400 }), failure('invalid')],
    ['a thrown Response', new Response(null, { status: 503, headers }), shed],
  ])('%s', (_, error, expected) => expect(classifyError(error)).toEqual(expected))

  test.each<[string, unknown]>([
    ['an answer that could not be parsed', http({ response: { statusCode: 200, headers: {}, body: '{' } })],
    ['an exit code', http({ status: 1 })],
    ['a status beyond HTTP', http({ status: 10_053 })],
    ['the first status beyond HTTP', http({ status: 600 })],
    ['a status in words', http({ status: '503' })],
    ['half a response', http({ response: { status: 503 } })],
    ['no error', { status: 503 }],
  ])('not %s', (_, error) => expect(classifyError(error)).toBeUndefined())
})

describe('not ours to tell', () => {
  test.each<[string, unknown]>([
    ['an abort', new DOMException('This operation was aborted', 'AbortError')],
    ['an abort inside', new Error('x', { cause: new DOMException('', 'AbortError') })],
    ['an abort around a TypeError', named('AbortError', new TypeError('terminated'))],
    ['an abort wrapped by fetch', new TypeError('terminated', { cause: new DOMException('', 'AbortError') })],
    ['a plain error', new Error('?')],
    ['a RangeError', new RangeError('?')],
    ['text', 'ECONNREFUSED'],
    ['a number', 503],
    ['null', null],
    ['undefined', undefined],
    ['a symbol', Symbol('ECONNREFUSED')],
  ])('%s', (_, error) => expect(classifyError(error)).toBeUndefined())
})

describe('hostile errors', () => {
  it('reads a frozen error', () => expect(classifyError(Object.freeze(refused()))).toEqual(NEVER_SENT))

  it('ends where a cause leads back to its error', () => {
    const error = new Error('a')
    error.cause = new Error('b', { cause: error })
    expect(classifyError(error)).toBeUndefined()
  })

  it('ends where aggregates hold one another, and at a chain without end', () => {
    const aggregate = new AggregateError([])
    Object.assign(aggregate, { errors: Array.from({ length: 1_000 }, () => aggregate) })
    expect(classifyError(aggregate)).toBeUndefined()
    const endless: object = new Proxy({}, { get: (_, field) => (field === 'cause' ? endless : undefined) })
    expect(classifyError(endless)).toBeUndefined()
  })

  test.each<[string, unknown]>([
    ['a code', Object.defineProperty(new Error('?'), 'code', { get: bomb })],
    ['a cause', Object.defineProperty(new Error('?'), 'cause', { get: bomb })],
    ['a response', Object.defineProperty(new Error('?'), 'response', { get: bomb })],
    ['anything', new Proxy(new Error('?'), { get: bomb, has: bomb })],
  ])('cannot throw when %s is read', (_, error) => expect(classifyError(error)).toBe(UNRECOGNISED))
})

function named(name: string, cause: unknown): Error {
  return Object.assign(new Error(name, { cause }), { name })
}

/** As net.connect throws it: the code of the first address on the whole. */
function all(...errors: unknown[]): Error {
  return Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' })
}

function http(fields: object): Error {
  return Object.assign(new Error('Request failed'), fields)
}

function bomb(): never {
  throw new Error('read')
}
