/** What a repeat sends, and what is never repeated: keys, bodies, the two ways to say a request. */
import { openAsBlob } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { loopbackServer, reset, status } from '../../test/loopback-server.js'
import { dependency, explain } from '../index.js'
import { createFetch, type FetchOptions } from './create-fetch.js'

const KEY = 'order_7_line_1'

/** Of a dependency that honours keys. */
function guarded(options: Partial<FetchOptions> = {}): typeof fetch {
  const backoff = { initial: 1, max: 2 }
  return createFetch({ dependency: dependency('inventory'), backoff, idempotency: {}, ...options })
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('key', () => {
  test.each<[string, HeadersInit]>([
    ['a record', { 'Idempotency-Key': KEY }],
    ['a record in capitals', { 'IDEMPOTENCY-KEY': KEY }],
    ['Headers', new Headers({ 'idempotency-key': KEY })],
    ['an array', [['Idempotency-key', KEY]]],
  ])('in %s makes a write repeatable, and is sent as it is each time', async (_, headers) => {
    const server = await loopbackServer(reset, status(503), status(201))
    const response = await guarded()(server.url, { method: 'POST', headers, body: 'reserve' })
    expect(response.status).toBe(201)
    expect(server.came.map((came) => [came.headers['idempotency-key'], came.body])).toEqual(
      Array.from({ length: 3 }, () => [KEY, 'reserve']),
    )
  })

  it('of a Request counts, unless init has headers of its own, which replace all of them', async () => {
    const server = await loopbackServer(status(503))
    const request = () => new Request(server.url, { method: 'POST', headers: { 'Idempotency-Key': KEY } })
    expect(explain(await guarded()(request()))).toMatchObject({ stop: 'attempts', attempts: 3 })
    const replaced = await guarded()(request(), { headers: { accept: 'text/plain' } })
    expect(explain(replaced)).toMatchObject({ stop: 'unsafe', attempts: 1 })
    expect(server.came.map(({ headers }) => headers['idempotency-key'])).toEqual([KEY, KEY, KEY, undefined])
  })

  it('is sent, and protects nobody, where nothing says that the dependency honours it', async () => {
    const server = await loopbackServer(status(503))
    const response = await guarded({ idempotency: undefined })(server.url, { method: 'POST', headers })
    expect(explain(response)).toMatchObject({ stop: 'unsafe', attempts: 1, key: KEY })
    expect(server.came.map((came) => came.headers['idempotency-key'])).toEqual([KEY])
  })

  it('is never made up unasked', async () => {
    const server = await loopbackServer(status(429), status(200))
    await guarded()(server.url, { method: 'POST', body: 'x' })
    await guarded()(server.url)
    await guarded({ natural: ['put'] })(server.url, { method: 'PUT' })
    expect(server.came).toHaveLength(4)
    expect(server.came.filter(({ headers }) => 'idempotency-key' in headers)).toEqual([])
  })

  it('that is empty protects nobody', async () => {
    const server = await loopbackServer(status(503))
    const response = await guarded()(server.url, { method: 'POST', headers: { 'Idempotency-Key': '' } })
    expect(explain(response)?.stop).toBe('unsafe')
  })
})

describe('method', () => {
  test.each([
    ['get', 3],
    ['Head', 3],
    ['OPTIONS', 3],
    ['post', 1],
    ['PATCH', 1],
    ['delete', 1],
    ['PUT', 1],
  ])('%s, without a key, of a dependency that fails: %d attempts', async (method, expected) => {
    const server = await loopbackServer(status(503))
    expect(explain(await guarded()(server.url, { method }))?.attempts).toBe(expected)
    expect(server.came).toHaveLength(expected)
  })

  it('may be declared natural', async () => {
    const server = await loopbackServer(reset, status(200))
    const response = await guarded({ natural: ['put'] })(server.url, { method: 'PUT', body: 'the whole' })
    expect([response.status, server.came.map(({ body }) => body)]).toEqual([200, ['the whole', 'the whole']])
  })

  it('of a Request of another copy of undici is seen: a POST is not taken for a GET', async () => {
    const foreign = { url: 'http://inventory/', method: 'POST', headers: new Headers(), body: null, signal: null }
    const send = guarded({ fetch: async () => new Response(null, { status: 503 }) })
    expect(explain(await send(foreign as unknown as Request))).toMatchObject({ stop: 'unsafe', attempts: 1 })
  })
})

const headers = { 'Idempotency-Key': KEY }

function form(): FormData {
  const filled = new FormData()
  filled.append('sku', 'A-7 "large"\nnew line')
  filled.append('label', new Blob(['%PDF'], { type: 'application/pdf' }), 'la"bel.pdf')
  return filled
}

describe('body', () => {
  test.each<[string, () => BodyInit, string | undefined]>([
    ['text', () => 'größe', 'text/plain;charset=UTF-8'],
    ['a Buffer', () => Buffer.from([0, 1, 254, 255]), undefined],
    ['part of a buffer', () => new Uint8Array(new ArrayBuffer(16), 4, 8).fill(7), undefined],
    ['an ArrayBuffer', () => new Uint8Array([9, 8, 7]).buffer, undefined],
    ['parameters', () => new URLSearchParams({ q: 'a b&c' }), 'application/x-www-form-urlencoded;charset=UTF-8'],
    ['a Blob', () => new Blob(['{}'], { type: 'application/json' }), 'application/json'],
  ])('%s is sent as fetch sends it, and again byte for byte', async (_, body, type) => {
    const server = await loopbackServer(status(200), reset, status(503), status(200))
    await fetch(server.url, { method: 'POST', headers, body: body() })
    await guarded()(server.url, { method: 'POST', headers, body: body() })
    expect(server.came).toHaveLength(4)
    expect(new Set(server.came.map((came) => came.body)).size).toBe(1)
    expect(server.came.map((came) => came.headers['content-type'])).toEqual(Array.from({ length: 4 }, () => type))
    expect(server.came[0]?.body).not.toBe('')
  })

  // fetch draws a new boundary each time: to a server that compares bodies, another request under one key.
  it('a form keeps its boundary', async () => {
    const server = await loopbackServer(reset, status(503), status(200))
    await guarded()(server.url, { method: 'POST', headers, body: form() })
    const [first, ...others] = server.came.map((came) => [came.headers['content-type'], came.body])
    expect(others).toEqual([first, first])
    const type = { 'content-type': String(first?.[0]) }
    const read = await new Response(Buffer.from(String(first?.[1]), 'latin1'), { headers: type }).formData()
    expect(read.get('sku')).toBe('A-7 "large"\r\nnew line')
    expect(await (read.get('label') as File).text()).toBe('%PDF')
  })

  it('a file is read anew for each attempt', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'truce-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'scan'), 'scanned')
    const server = await loopbackServer(status(503), status(200))
    await guarded()(server.url, { method: 'POST', headers, body: await openAsBlob(join(folder, 'scan')) })
    expect(server.came.map(({ body }) => body)).toEqual(['scanned', 'scanned'])
  })

  it('is the one of the moment of the call, whatever becomes of it', async () => {
    const buffer = Buffer.from('first')
    const parameters = new URLSearchParams({ n: '1' })
    const filled = form()
    const mine = new Headers({ ...headers, 'x-n': '1' })
    const server = await loopbackServer(status(503), status(200), status(503), status(200), status(503), status(200))
    const url = new URL(server.url)
    const send = guarded({ dependency: dependency('inventory', { budget: 'none' }) })
    const calls = [buffer, parameters, filled].map(
      (body) => () => send(url, { method: 'POST', headers: mine, body: body as BodyInit }),
    )
    for (const call of calls) {
      const pending = call()
      buffer.fill('x')
      parameters.set('n', '2')
      filled.set('sku', 'B')
      mine.set('x-n', '2')
      url.pathname = '/elsewhere'
      await pending
      buffer.write('first')
      parameters.set('n', '1')
      filled.set('sku', 'A')
      mine.set('x-n', '1')
      url.pathname = '/'
    }
    const sent = server.came.map(({ body, headers: had, url: at }) => [body, had['x-n'], at])
    expect(sent.slice(0, 4)).toEqual([
      ['first', '1', '/'],
      ['first', '1', '/'],
      ['n=1', '1', '/'],
      ['n=1', '1', '/'],
    ])
    expect(sent[5]).toEqual(sent[4])
    expect(sent[4]?.[0]).toContain('\r\n\r\nA\r\n')
  })

  async function* pieces() {
    yield new TextEncoder().encode('piece by piece')
  }

  test.each<[string, (url: string) => Parameters<typeof fetch>]>([
    [
      'a stream',
      (url) => [url, { method: 'POST', headers, body: new Blob(['streamed']).stream(), duplex: 'half' } as RequestInit],
    ],
    [
      'an iterable',
      (url) => [url, { method: 'POST', headers, body: pieces(), duplex: 'half' } as unknown as RequestInit],
    ],
    ["a Request's body", (url) => [new Request(url, { method: 'POST', headers, body: 'once' })]],
    [
      "a Request's body that null does not take away",
      (url) => [new Request(url, { method: 'POST', headers, body: 'once' }), { body: null }],
    ],
  ])('%s can be sent once', async (_, args) => {
    const server = await loopbackServer(status(503, 'no'))
    const response = await guarded()(...args(server.url))
    expect([response.status, await response.text()]).toEqual([503, 'no'])
    expect(explain(response)).toMatchObject({ stop: 'not-replayable', attempts: 1 })
    expect(server.came.map(({ body }) => body)).toEqual([expect.stringMatching(/^(streamed|piece by piece|once)$/)])
  })

  it('that a browser does not show is taken for one that can be sent once', async () => {
    const hidden = (method: string) =>
      ({ url: 'http://inventory/', method, headers: new Headers(headers), body: undefined }) as unknown as Request
    const send = guarded({ fetch: async () => new Response(null, { status: 503 }) })
    expect(explain(await send(hidden('POST')))).toMatchObject({ stop: 'not-replayable', attempts: 1 })
    expect(explain(await send(hidden('GET')))).toMatchObject({ stop: 'attempts', attempts: 3 })
  })

  it('of init takes the place of a Request’s, and can be repeated', async () => {
    const server = await loopbackServer(status(503), status(200))
    const request = new Request(server.url, { method: 'POST', headers, body: 'from the request' })
    const response = await guarded()(request, { body: 'from init' })
    expect([response.status, server.came.map(({ body }) => body)]).toEqual([200, ['from init', 'from init']])
    expect(request.bodyUsed).toBe(false)
  })

  it('that was used up before is refused by fetch itself', async () => {
    const server = await loopbackServer(status(200))
    const request = new Request(server.url, { method: 'POST', headers, body: 'once' })
    await request.text()
    const error = await rejection(guarded()(request))
    expect(error).toBeInstanceOf(TypeError)
    expect([explain(error)?.attempts, server.came.length]).toEqual([1, 0])
  })
})

describe('init', () => {
  it('may be a Request, as fetch allows: its members are getters', async () => {
    const server = await loopbackServer(status(503), status(200))
    const prototype = new Request('http://elsewhere', { method: 'PUT', headers: { ...headers, 'x-n': '1' } })
    expect((await guarded()(server.url, prototype)).status).toBe(200)
    expect(server.came.map((came) => [came.method, came.headers['x-n']])).toEqual([
      ['PUT', '1'],
      ['PUT', '1'],
    ])
  })

  it('overrides the Request: its method decides what may be repeated', async () => {
    const server = await loopbackServer(status(503))
    const response = await guarded()(new Request(server.url), { method: 'POST' })
    expect(explain(response)?.stop).toBe('unsafe')
    expect(server.came.map(({ method }) => method)).toEqual(['POST'])
  })

  it('may be null, in plain JavaScript', async () => {
    const server = await loopbackServer(status(200))
    expect((await guarded()(server.url, null as unknown as RequestInit)).status).toBe(200)
  })
})
