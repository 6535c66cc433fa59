/** Each profile against a server that treats keys as the API is documented to, through run() and through createFetch. */
import { describe, expect, it, test } from 'vitest'
import { createFetch } from '../../src/http/index.js'
import { idempotencyKey } from '../../src/idempotency/index.js'
import { dependency, type DependencyOptions, explain, type Explanation, type RunOptions } from '../../src/index.js'
import { peer } from '../../src/peer/index.js'
import { ietf, type Profile, profile, stripeV1 } from '../../src/profiles/index.js'
import { APIS } from './apis.js'
import { keyedApi } from './keyed-api.js'

interface Ended extends Partial<Explanation> {
  readonly ok: boolean
}
type Send = (url: string, key: string, body: object, options?: RunOptions) => Promise<Ended>

const quick = { backoff: { initial: 1, max: 2 }, deadline: '30s', attemptTimeout: '10s' } as const
const OFF = { budget: 'none', governor: 'none', breaker: 'none' } as const

/** A POST as the documents of the API have it: the key in its header or field. */
const byRun =
  ({ header, field }: Profile, options: DependencyOptions): Send =>
  async (url, key, body, runOptions) => {
    const post = dependency('api', { ...OFF, ...options }).operation('post', { effect: 'write', ...quick })
    const { ok, explanation } = await post.outcome(
      (attempt) => {
        const text = JSON.stringify({ ...body, ...(field !== undefined && { [field]: attempt.key }) })
        const headers = { ...attempt.headers }
        // To an API that nobody declared, its users send the key by hand.
        if (header !== undefined) headers[header] ??= key
        return fetch(url, { method: 'POST', headers, body: text, signal: attempt.signal })
      },
      { key, ...runOptions },
    )
    return { ok, ...explanation }
  }

const byFetch =
  ({ header, field }: Profile, options: DependencyOptions): Send =>
  async (url, key, body) => {
    const send = createFetch({ dependency: dependency('api', { ...OFF, ...options }), ...quick })
    const text = JSON.stringify({ ...body, ...(field !== undefined && { [field]: key }) })
    const headers = header === undefined ? {} : { [header]: key }
    const result: unknown = await send(url, { method: 'POST', headers, body: text }).catch((error: unknown) => error)
    if (result instanceof Response && result.ok) return { ok: true, stop: 'ok' }
    return { ok: false, ...explain(result) }
  }

const ways = { 'run()': byRun, createFetch: byFetch }
const cases = APIS.flatMap(({ profile: of, policy }) =>
  Object.entries(ways).map(([way, by]) => ({ name: of.name, way, of, policy, by })),
)
const KEY = 'order_1'

describe.each(cases)('$name by $way', ({ of, policy, by }) => {
  it('a lost answer is repaired: one effect, the same key', async () => {
    const api = await keyedApi(policy, 'lost')
    expect(await by(of, { profile: of })(api.url, KEY, { sum: 7 })).toMatchObject({ ok: true })
    expect([api.effects, api.came.length, new Set(api.came).size]).toEqual([1, 2, 1])
  })

  it('undeclared, a lost answer is not repeated: nobody said that keys are honoured', async () => {
    const api = await keyedApi({ ...policy, key: () => undefined }, 'lost')
    const ended = await by(of, {})(api.url, KEY, { sum: 7 })
    expect(ended).toMatchObject({ ok: false, stop: 'unsafe', attempts: 1, certainty: 'unknown' })
    expect([api.effects, api.came.length]).toEqual([1, 1])
  })

  it('while the first is at work, the next is told so, and asks again', async () => {
    const api = await keyedApi(policy, 'slow')
    expect(await by(of, { profile: of })(api.url, KEY, { sum: 7 })).toMatchObject({ ok: true })
    expect([api.effects, api.came.length]).toEqual([1, 3])
  })

  it('a key that was used for something else is final', async () => {
    const api = await keyedApi(policy, 'ok')
    const send = by(of, { profile: of })
    await send(api.url, KEY, { sum: 7 })
    expect(await send(api.url, KEY, { sum: 8 })).toMatchObject({ stop: 'permanent', class: 'invalid', attempts: 1 })
    expect(api.effects).toBe(1)
  })

  it('a failure that is kept is not asked for again; one that is not kept is worked on again', async () => {
    const api = await keyedApi(policy, 500, 'ok')
    const ended = await by(of, { profile: of })(api.url, KEY, { sum: 7 })
    if (policy.keepsFailures) expect(ended).toMatchObject({ stop: 'pushback', class: 'internal', attempts: 1 })
    else expect(ended).toMatchObject({ ok: true })
    expect([api.effects, api.came.length]).toEqual(policy.keepsFailures ? [0, 1] : [1, 2])
  })
})

describe.each(cases.filter(({ policy }) => policy.ttl !== undefined))('$name by $way', ({ of, policy, by }) => {
  it('a key that is older than the API remembers is not repeated', async () => {
    const api = await keyedApi(policy, 'ok', 'lost')
    const { ttl = 0 } = policy
    const key = idempotencyKey(Date.now() - ttl - 1)
    const send = by(of, { profile: of })
    await send(api.url, key, { sum: 7 })
    api.pass(ttl + 1)
    // What was sent here by hand is a new request to the API: its repeat would be a third.
    expect(await send(api.url, key, { sum: 7 })).toMatchObject({ ok: false, stop: 'window', attempts: 1 })
    expect([api.effects, api.came.length]).toEqual([2, 2])
  })
})

test('a hint that a kept failure may be asked for again is believed', async () => {
  const policy = { ...(APIS[0] as (typeof APIS)[number]).policy, keepsFailures: false }
  const api = await keyedApi({ ...policy, failed: { 'stripe-should-retry': 'true' } }, 500, 'ok')
  expect(await byRun(stripeV1, { profile: stripeV1 })(api.url, KEY, {})).toMatchObject({ ok: true })
  expect(api.effects).toBe(1)
})

describe('ietf', () => {
  const { policy } = APIS.at(-1) as (typeof APIS)[number]

  it.each(Object.entries(ways))('is what a declared peer speaks, by %s', async (_, by) => {
    const api = await keyedApi(policy, 'lost')
    expect(await by(ietf, { peer })(api.url, 'a "quoted" key', {})).toMatchObject({ ok: true })
    expect([api.effects, new Set(api.came)]).toEqual([1, new Set(['"a \\"quoted\\" key"'])])
  })

  it('409 without a Retry-After is an answer, and final', async () => {
    const api = await keyedApi({ ...policy, inProgress: [409] }, 'slow')
    const ended = await byRun(ietf, { profile: ietf })(api.url, KEY, {})
    expect(ended).toMatchObject({ stop: 'permanent', class: 'rejected', attempts: 2, certainty: 'unknown' })
  })

  it('410 is final, and leaves open what the first request came to', async () => {
    const api = await keyedApi({ ...policy, mismatch: 410 }, 'ok')
    const send = byRun(ietf, { profile: ietf })
    await send(api.url, KEY, { sum: 7 })
    const ended = await send(api.url, KEY, { sum: 8 })
    expect(ended).toMatchObject({ stop: 'permanent', class: 'rejected', attempts: 1, certainty: 'unknown' })
  })
})

test('a profile of the user’s own', async () => {
  const bank = profile({ name: 'bank', header: 'X-Request-Id', ttl: '1h', inProgress: [423], mismatch: [417] })
  const key = (headers: { readonly [name: string]: unknown }) => headers['x-request-id'] as string | undefined
  const api = await keyedApi({ key, mismatch: 417, inProgress: [423] }, 'slow')
  const send = byFetch(bank, { profile: bank })
  expect(await send(api.url, KEY, {})).toMatchObject({ ok: true })
  expect([api.effects, api.came]).toEqual([1, [KEY, KEY, KEY]])
  expect(await send(api.url, KEY, { other: 1 })).toMatchObject({ class: 'invalid' })
})
