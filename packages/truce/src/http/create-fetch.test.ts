import { describe, expect, expectTypeOf, it, onTestFinished, test, vi } from 'vitest'
import { loopbackServer, nobodyListens, reset, silence, status } from '../../test/loopback-server.js'
import { AttemptTimeoutError, dependency, explain, isTruceError, OptionError } from '../index.js'
import { attempts } from '../telemetry/events.js'
import type { AttemptRecord } from '../telemetry/record.js'
import { seeded, virtualTime } from '../testing/index.js'
import { createFetch, type FetchOptions } from './create-fetch.js'

const QUICK = { backoff: { initial: 1, max: 2 } } as const

function guarded(options: Partial<FetchOptions> = {}): typeof fetch {
  return createFetch({ dependency: dependency('inventory'), ...QUICK, ...options })
}

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('answers', () => {
  it('hands up the last failed answer as it came, its body unread', async () => {
    const server = await loopbackServer(status(503, 'first'), status(503, 'second'), status(503, 'third'))
    const response = await guarded()(server.url)
    expect([response.status, response.bodyUsed]).toEqual([503, false])
    expect(await response.text()).toBe('third')
    expect(server.came).toHaveLength(3)
    expect(explain(response)).toMatchObject({
      stop: 'attempts',
      class: 'unavailable',
      certainty: 'unknown',
      attempts: 3,
    })
  })

  it('hands up the success that follows a failure', async () => {
    const server = await loopbackServer(status(503), status(200, 'stock: 7'))
    const response = await guarded()(server.url)
    expect([response.status, await response.text(), explain(response)]).toEqual([200, 'stock: 7', undefined])
  })

  test.each([400, 401, 404, 409, 501])('%d is an answer, not a reason to repeat', async (code) => {
    const server = await loopbackServer(status(code))
    const response = await guarded()(server.url)
    expect([response.status, explain(response)?.stop, server.came.length]).toEqual([code, 'permanent', 1])
  })

  it('passes HEAD, 204, and redirects through', async () => {
    const server = await loopbackServer(
      status(204),
      status(200),
      status(302, '', { location: '/there' }),
      status(200, 'there'),
      status(302, '', { location: '/there' }),
    )
    const send = guarded()
    expect([(await send(server.url)).status, (await send(server.url, { method: 'HEAD' })).status]).toEqual([204, 200])
    const followed = await send(server.url)
    expect([followed.redirected, followed.url, await followed.text()]).toEqual([true, `${server.url}/there`, 'there'])
    expect((await send(server.url, { redirect: 'manual' })).status).toBe(302)
    expect(server.came.map(({ method }) => method)).toEqual(['GET', 'HEAD', 'GET', 'GET', 'GET'])
  })

  it('takes an opaque answer, of which nothing can be known, for a success', async () => {
    // As browsers make it; Node has no origin and thus no opaque answers.
    const opaque = Object.defineProperties(new Response(), { status: { value: 0 }, type: { value: 'opaque' } })
    const send = vi.fn<typeof fetch>(async () => opaque)
    expect(await guarded({ fetch: send })('http://inventory', { mode: 'no-cors' })).toBe(opaque)
    expect(send).toHaveBeenCalledOnce()
  })
})

describe('network failures', () => {
  it('repeats a refused connection, even of a write without a key: nothing was sent', async () => {
    const url = await nobodyListens()
    const error = await caught(guarded()(url, { method: 'POST', body: 'x' }))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    expect(explain(error)).toMatchObject({ stop: 'attempts', certainty: 'not-applied', attempts: 3 })
  })

  it('repeats a read whose connection broke', async () => {
    const server = await loopbackServer(reset, status(200))
    expect((await guarded()(server.url)).status).toBe(200)
    expect(server.came).toHaveLength(2)
  })

  it('does not repeat a write without a key after its connection broke, and throws what fetch threw', async () => {
    const server = await loopbackServer(reset)
    let thrown: unknown
    const send: typeof fetch = async (input, init) => {
      try {
        return await fetch(input, init)
      } catch (error) {
        thrown = error
        throw error
      }
    }
    const error = await caught(guarded({ fetch: send })(server.url, { method: 'POST', body: 'charge' }))
    expect(error).toBe(thrown)
    expect(error).toBeInstanceOf(TypeError)
    expect(explain(error)).toMatchObject({ stop: 'unsafe', certainty: 'unknown', attempts: 1 })
    expect(server.came).toHaveLength(1)
  })

  test.each(['/relative', 'http://', 'http://host:99999'])('%s is refused by fetch itself, once', async (url) => {
    const send = vi.fn<typeof fetch>((input, init) => fetch(input, init))
    const error = await caught(guarded({ fetch: send })(url))
    const own = await caught(fetch(url))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toBe(String(own))
    expect([explain(error)?.stop, send.mock.calls.length]).toEqual(['permanent', 1])
  })

  it('gives an attempt up after its timeout, and the server sees it go', async () => {
    const server = await loopbackServer(silence)
    const error = await caught(guarded({ attemptTimeout: 30, attempts: 1 })(server.url))
    expect(error).toBeInstanceOf(AttemptTimeoutError)
    expect(explain(error)).toMatchObject({ stop: 'attempts', class: 'timeout', certainty: 'unknown' })
    await server.abandoned
  })
})

describe('Retry-After', () => {
  const epoch = Date.UTC(2026, 10, 22, 12)
  const hint = (retryAfter: string) => new Response('later', { status: 503, headers: { 'retry-after': retryAfter } })

  test.each([
    ['2', 2_000],
    [new Date(epoch + 3_000).toUTCString(), 3_000],
  ])('%s is waited for, never less and at most a tenth more', async (retryAfter, asked) => {
    for (const random of [() => 0, () => 0.999_999, seeded(7)]) {
      const time = virtualTime({ epoch })
      const at: number[] = []
      const send = async () => (at.push(time.now()) === 1 ? hint(retryAfter) : new Response('ok'))
      const inventory = dependency('inventory', { clock: time.clock, random })
      const response = await time.run(createFetch({ dependency: inventory, fetch: send })('http://inventory'))
      expect(response.status).toBe(200)
      expect(at[1]).toBeGreaterThanOrEqual(asked)
      // The wheel rounds up to whole ms.
      expect(at[1]).toBeLessThanOrEqual(asked * 1.1 + 1)
    }
  })

  it('is not shortened to fit the deadline: the answer comes at once, and says when', async () => {
    const time = virtualTime({ epoch })
    const inventory = dependency('inventory', { clock: time.clock })
    const send = createFetch({ dependency: inventory, deadline: '5s', fetch: async () => hint('60') })
    const response = await time.run(send('http://inventory'))
    expect([response.status, await response.text(), time.now()]).toEqual([503, 'later', 0])
    expect(explain(response)).toMatchObject({ stop: 'deadline', attempts: 1, retryAt: epoch + 60_000 })
  })

  it('with a 429 lets even a write without a key be repeated: it was refused before any work', async () => {
    const server = await loopbackServer(status(429, 'slow down', { 'retry-after': '0' }), status(200))
    expect((await guarded()(server.url, { method: 'POST', body: 'x' })).status).toBe(200)
    expect(server.came).toHaveLength(2)
  })
})

describe('operation', () => {
  it('keeps no operation for every URL where the name is made from it', async () => {
    const send = async () => new Response('ok')
    const names = new Set<string>()
    const real = dependency('inventory')
    const watched: typeof real = { ...real, operation: (name, given) => (names.add(name), real.operation(name, given)) }
    const fetchAll = createFetch({ dependency: watched, fetch: send, operation: (_, url) => url })
    for (let n = 0; n < 2_000; n++) await fetchAll(`http://inventory/${n}`)
    expect(names.size).toBeLessThan(600)
    expect(names).toContain('(other)')
  })

  it('is named by the method, or as told', async () => {
    const records: AttemptRecord[] = []
    onTestFinished(attempts.on((record) => records.push(record)))
    const send = async () => new Response()
    const named = (method: string, url: string) => `${method} ${new URL(url).pathname.split('/')[1]}`
    await guarded({ fetch: send })('http://inventory/stock/7', { method: 'put' })
    await guarded({ fetch: send, operation: named })(new URL('http://inventory/stock/7'))
    await guarded({ fetch: send, operation: named })(new Request('http://inventory/stock/7', { method: 'DELETE' }))
    expect(records.map(({ operation, effect }) => [operation, effect])).toEqual([
      ['PUT', 'write'],
      ['GET stock', 'read'],
      ['DELETE stock', 'write'],
    ])
  })
})

describe('options', () => {
  const inventory = dependency('inventory')
  test.each<[string, unknown]>([
    ['createFetch', undefined],
    ['dependency', {}],
    ['dependency', { dependency: 'inventory' }],
    ['fetch', { dependency: inventory, fetch: 'node-fetch' }],
    ['operation', { dependency: inventory, operation: 'stock' }],
    ['natural', { dependency: inventory, natural: 'PUT' }],
    ['natural', { dependency: inventory, natural: [1] }],
    ['attempts', { dependency: inventory, attempts: 0 }],
    ['deadline', { dependency: inventory, deadline: 'soon' }],
    ['createFetch.atempts', { dependency: inventory, atempts: 3 }],
    ['createFetch.effect', { dependency: inventory, effect: 'read' }],
  ])('a wrong %s is refused at construction', (option, options) => {
    const make = () => createFetch(options as FetchOptions)
    expect(make).toThrow(OptionError)
    expect(make).toThrow(expect.objectContaining({ option }))
  })

  it('calls nobody at construction: an operation is named by a real URL or not at all', () => {
    const operation = vi.fn<(method: string, url: string) => string>((_, url) => new URL(url).pathname)
    createFetch({ dependency: inventory, operation })
    expect(operation).not.toHaveBeenCalled()
  })

  it('refuses a key that no dependency can honour before anything is sent', async () => {
    const send = vi.fn<typeof fetch>()
    const headers = { 'idempotency-key': 'k'.repeat(256) }
    const error = await caught(guarded({ fetch: send })('http://inventory', { method: 'POST', headers }))
    expect(isTruceError(error) && error.code).toBe('TRUCE_OPTION')
    expect(send).not.toHaveBeenCalled()
  })
})

describe('drop-in', () => {
  it('has the type of fetch', () => {
    expectTypeOf(createFetch).returns.toEqualTypeOf<typeof fetch>()
  })

  it('sends by the fetch given, else by the global one of that moment', async () => {
    const own = vi.fn<typeof fetch>(async () => new Response('own'))
    expect(await (await guarded({ fetch: own })('http://inventory')).text()).toBe('own')
    const late = guarded()
    vi.stubGlobal('fetch', async () => new Response('stubbed'))
    onTestFinished(() => void vi.unstubAllGlobals())
    expect(await (await late('http://inventory')).text()).toBe('stubbed')
  })

  it('observes without changing anything', async () => {
    const server = await loopbackServer(status(503, 'down'))
    const response = await guarded({ mode: 'observe' })(server.url)
    expect([response.status, await response.text(), server.came.length]).toEqual([503, 'down', 1])
  })
})
