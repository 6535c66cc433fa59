import { describe, expect, it, test } from 'vitest'
import { httpClassifier } from '../http/semantics/classify.js'
import { type Classifier, failure } from '../policy/classify.js'
import { profileClassifier } from './classifier.js'
import { ietf } from './ietf.js'
import { profileNamed, stripeV1 } from './known.js'
import { profile } from './make.js'

type Headers = Readonly<Record<string, string>>
const classifyBy = (name: string): Classifier => profileClassifier(profileNamed(name) ?? ietf, httpClassifier())
const judge = (name: string, status: number, headers: Headers = {}) =>
  classifyBy(name)(new Response(null, { status, headers }), false)

test.each<[string, number, Headers, object]>([
  ['ietf', 409, { 'retry-after': '2' }, { class: 'conflict', certainty: 'unknown', retryAfter: 2_000 }],
  ['ietf', 409, {}, { class: 'rejected', certainty: 'unknown', answered: true }],
  ['ietf', 409, { 'retry-after': 'soon' }, { class: 'rejected' }],
  ['ietf', 422, {}, { class: 'invalid' }],
  ['ietf', 400, {}, { class: 'invalid' }],
  ['ietf', 410, {}, { class: 'rejected', certainty: 'unknown', answered: false }],
  ['ietf', 500, { 'idempotent-replayed': 'true' }, { class: 'internal', retry: false }],
  ['ietf', 500, { 'idempotent-replayed': '?1' }, { class: 'internal', retry: false }],
  ['stripe-v1', 409, {}, { class: 'conflict', certainty: 'unknown' }],
  ['stripe-v1', 409, { 'stripe-should-retry': 'false' }, { class: 'conflict', retry: false }],
  ['stripe-v1', 400, {}, { class: 'invalid' }],
  ['stripe-v1', 400, { 'stripe-should-retry': 'true' }, { class: 'conflict', certainty: 'unknown' }],
  ['stripe-v1', 500, {}, { class: 'internal', retry: false }],
  ['stripe-v1', 500, { 'stripe-should-retry': 'false' }, { class: 'internal', retry: false }],
  ['stripe-v1', 503, { 'idempotent-replayed': 'true' }, { class: 'unavailable', retry: false }],
  ['adyen', 422, { 'transient-error': ' True ' }, { class: 'conflict', certainty: 'unknown' }],
  ['adyen', 500, { 'transient-error': 'false' }, { class: 'internal', retry: false }],
])('%s: %d with %o', (name, status, headers, expected) => {
  expect(judge(name, status, headers)).toMatchObject(expected)
})

test.each<[string, number, Headers]>([
  ['ietf', 500, {}],
  ['ietf', 500, { 'idempotent-replayed': 'false' }],
  ['stripe-v1', 500, { 'stripe-should-retry': 'true' }],
  ['stripe-v1', 500, { 'stripe-should-retry': 'true', 'idempotent-replayed': 'true' }],
  // A proxy's, in the endpoint's stead.
  ['stripe-v1', 502, {}],
  ['stripe-v1', 503, {}],
  ['stripe-v1', 504, {}],
  ['stripe-v2', 500, {}],
  ['stripe-v2', 500, { 'idempotent-replayed': 'true' }],
  ['paypal', 500, {}],
  ['checkout.com', 500, {}],
  ['adyen', 500, { 'transient-error': 'perhaps' }],
])('%s: %d with %o may be asked for again', (name, status, headers) => {
  expect(judge(name, status, headers)).not.toHaveProperty('retry')
})

describe('an answer is found', () => {
  const headers = { 'retry-after': '1' }
  const conflict = { class: 'conflict', certainty: 'unknown', retryAfter: 1_000 }
  const classify = classifyBy('ietf')
  test.each<[string, unknown, boolean]>([
    ['that fetch returned', new Response(null, { status: 409, headers }), false],
    ['that got or undici returned', { statusCode: 409, headers, body: '' }, false],
    [
      'that axios threw',
      Object.assign(new Error('409'), { response: { status: 409, headers, config: {}, statusText: '' } }),
      true,
    ],
    ['that an SDK threw', Object.assign(new Error('409'), { status: 409, headers: new Headers(headers) }), true],
    ['that an SDK threw, in other words', Object.assign(new Error('409'), { statusCode: 409, headers }), true],
    ['below another error', new Error('failed', { cause: new Response(null, { status: 409, headers }) }), true],
  ])('%s', (_, result, threw) => expect(classify(result, threw)).toMatchObject(conflict))
})

describe('is left as it was', () => {
  const classify = classifyBy('stripe-v1')
  it('a success', () => expect(classify(new Response(), false)).toBe('ok'))
  it('a value', () => expect(classify({ status: 500 }, false)).toBe('ok'))
  it('a failure without an answer', () => {
    const lost = Object.assign(new Error('reset'), { code: 'ECONNRESET' })
    expect(classify(lost, true)).toEqual(httpClassifier()(lost, true))
  })
  it('an answer that cannot be read', () => {
    const error = failure('internal')
    const hostile = new Proxy({}, { get: () => { throw new Error('no') } }) // prettier-ignore
    expect(profileClassifier(stripeV1, () => error)(hostile, false)).toBe(error)
  })
  it('a failure of which only the class is known', () => {
    expect(profileClassifier(stripeV1, () => 'internal')(new Error('no answer'), true)).toBe('internal')
  })
  it('the word that a layer below is exhausted', () => {
    const exhausted = failure('exhausted')
    const response = new Response(null, { status: 409, headers: { 'retry-after': '1' } })
    expect(profileClassifier(ietf, () => exhausted)(response, false)).toBe(exhausted)
  })
  it('what nobody knows', () => expect(profileClassifier(ietf, () => undefined)(1, false)).toBeUndefined())
})

it('statuses of one’s own count before HTTP’s', () => {
  const own = profile({ name: 'own', inProgress: [425], mismatch: [417], expired: [404] })
  const classify = profileClassifier(own, httpClassifier())
  const classes = [425, 417, 404].map((status) => classify(new Response(null, { status }), false))
  expect(classes).toMatchObject([{ class: 'conflict' }, { class: 'invalid' }, { class: 'rejected' }])
})
