/** What comes back behaves as what the function gave, whatever kind of stream it is. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { get, type IncomingMessage } from 'node:http'
import { PassThrough, Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import OpenAI from 'openai'
import { describe, expect, it, test } from 'vitest'
import { type Answer, loopbackServer } from '../../../test/loopback-server.js'
import { dependency, type DependencyOptions, type OperationOptions } from '../../index.js'
import { virtualTime } from '../../testing/index.js'
import { wheelOf } from '../wheel.js'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

const FAST = { use: 'stream', effect: 'read', idle: 60, backoff: { initial: 1, max: 1 } } as const

function real(call: Partial<OperationOptions> = {}, options: DependencyOptions = {}) {
  const guarded = dependency('kinds', { concurrency: 1, budget: 'none', governor: 'none', breaker: 'none', ...options })
  return { guarded, operation: guarded.operation('ask', { ...FAST, ...call }) }
}

function virtual(call: Partial<OperationOptions> = {}) {
  const time = virtualTime()
  const { guarded, operation } = real(call, { clock: time.clock })
  return { time, guarded, operation }
}

const free = { inFlight: 0, waiting: 0 }
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Sends its parts, one in a chunk, and goes on as told. */
const parts =
  (...all: readonly string[]): Answer =>
  async (response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'x-part': 'yes' })
    for (const part of all) {
      if (part === 'HANG') return
      if (part === 'BREAK') return void response.destroy()
      response.write(part)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    response.end()
  }

describe('a Response', () => {
  test.each<[string, (response: Response) => Promise<unknown>, unknown]>([
    ['text', (response) => response.text(), '{"a":1}'],
    ['json', (response) => response.json(), { a: 1 }],
    ['bytes', async (response) => (await response.arrayBuffer()).byteLength, 7],
    ['blob', async (response) => (await response.blob()).type, 'text/plain'],
    ['body', async (response) => text(Readable.fromWeb(response.body as never)), '{"a":1}'],
    ['clone', async (response) => Promise.all([response.clone().json(), response.text()]), [{ a: 1 }, '{"a":1}']],
    ['clone of a clone', async (response) => response.clone().clone().url.slice(-2), '/x'],
    [
      'byob',
      async (response) => {
        const reader = (response.body as ReadableStream).getReader({ mode: 'byob' })
        const { value } = await reader.read(new Uint8Array(100))
        await reader.cancel()
        return new TextDecoder().decode(value)
      },
      '{"a"',
    ],
    [
      'byob to its end',
      async (response) => {
        const reader = (response.body as ReadableStream).getReader({ mode: 'byob' })
        let read = 0
        for (;;) {
          const { value, done } = await reader.read(new Uint8Array(3))
          if (done) return read
          read += value.byteLength
        }
      },
      7,
    ],
  ])('%s', async (_, use, expected) => {
    const { operation, guarded } = real()
    const server = await loopbackServer(parts('{"a"', ':1}'))
    const response = await operation.run(({ signal }) => fetch(`${server.url}/x`, { signal }))
    expect(response).toBeInstanceOf(Response)
    expect(response.headers.get('x-part')).toBe('yes')
    expect([response.status, response.ok, response.statusText]).toEqual([200, true, 'OK'])
    expect([response.url, response.redirected, response.type]).toEqual([`${server.url}/x`, false, 'basic'])
    expect(response.bodyUsed).toBe(false)
    expect(await use(response)).toEqual(expected)
    await turn()
    if (!_.startsWith('clone of')) expect(guarded.state()).toMatchObject(free)
  })

  it('that breaks off before its first byte is repeated, after it never', async () => {
    const { operation, guarded } = real()
    const server = await loopbackServer(parts('BREAK'), parts('a', 'BREAK'))
    const response = await operation.run(({ signal }) => fetch(server.url, { signal }))
    expect(await rejection(response.text())).toMatchObject({ message: 'terminated' })
    expect(server.came).toHaveLength(2)
    expect(guarded.state()).toMatchObject(free)
  })

  it('that falls silent breaks with our error, and the server sees it go', async () => {
    const { operation, guarded } = real()
    const server = await loopbackServer(parts('a', 'HANG'))
    const response = await operation.run(({ signal }) => fetch(server.url, { signal }))
    expect(await rejection(response.text())).toMatchObject({ code: 'TRUCE_ATTEMPT_TIMEOUT', timeout: 60 })
    await server.abandoned
    expect(guarded.state()).toMatchObject(free)
  })

  it('whose body is cancelled: the server sees it go', async () => {
    const { operation, guarded } = real()
    const server = await loopbackServer(parts('a', 'HANG'))
    const response = await operation.run(({ signal }) => fetch(server.url, { signal }))
    await response.body?.cancel()
    await server.abandoned
    expect(guarded.state()).toMatchObject(free)
  })

  it('is read no further ahead than one chunk', async () => {
    const { time, operation } = virtual()
    let pulled = 0
    const source = () =>
      new ReadableStream({ pull: (controller) => controller.enqueue(++pulled) }, { highWaterMark: 0 })
    const stream = await time.run(operation.run(source))
    await time.settle()
    expect(pulled).toBe(1)
    const reader = stream.getReader()
    for (let n = 1; n <= 3; n++) expect(await reader.read()).toEqual({ done: false, value: n })
    expect(pulled).toBe(3)
  })

  it('broken while nobody reads tells a reader at once', async () => {
    const { time, operation } = virtual()
    const controller = new AbortController()
    const stream = await time.run(
      operation.run(() => new ReadableStream({ start: (c) => c.enqueue('a') }), { signal: controller.signal }),
    )
    const reader = stream.getReader()
    controller.abort('left')
    expect(await rejection(reader.closed)).toBe('left')
  })
})

describe("a Readable of Node's", () => {
  const from = (...script: unknown[]) => Readable.from(script)

  test.each<[string, (stream: Readable) => Promise<unknown>]>([
    ['iterated', (stream) => text(stream)],
    [
      'piped',
      async (stream) => {
        const through = stream.pipe(new PassThrough())
        return text(through)
      },
    ],
    [
      'pipeline',
      async (stream) => {
        let read = ''
        await pipeline(
          stream,
          new Writable({
            write: (chunk, _, done) => {
              read += String(chunk)
              setTimeout(() => done(), 1)
            },
          }),
        )
        return read
      },
    ],
    [
      "on('data')",
      (stream) =>
        new Promise((resolve) => {
          let read = ''
          stream.on('data', (chunk) => (read += String(chunk))).on('end', () => resolve(read))
        }),
    ],
    [
      "on('readable')",
      (stream) =>
        new Promise((resolve) => {
          let read = ''
          stream
            .on('readable', () => {
              for (let chunk: unknown; (chunk = stream.read()) !== null;) read += chunk as string
            })
            .on('end', () => resolve(read))
        }),
    ],
    [
      'made a web stream',
      async (stream) => {
        let read = ''
        for await (const chunk of Readable.toWeb(stream)) read += String(chunk)
        return read
      },
    ],
  ])('%s: the same object, whole, and its slot comes back', async (_, read) => {
    const { operation, guarded } = real()
    const source = from('a', 'b', 'c')
    const stream = await operation.run(() => source)
    expect(stream).toBe(source)
    expect(guarded.state()).toMatchObject({ inFlight: 1 })
    expect(await read(stream)).toBe('abc')
    await turn()
    expect(guarded.state()).toMatchObject(free)
  })

  it('of node:http, which breaks off', async () => {
    const { operation, guarded } = real()
    const server = await loopbackServer(parts('BREAK'), parts('a', 'BREAK'))
    const stream = await operation.run(({ signal }) => answer(server.url, signal))
    expect(await rejection(text(stream))).toMatchObject({ code: 'ECONNRESET' })
    expect(server.came).toHaveLength(2)
    expect(guarded.state()).toMatchObject(free)
  })

  test.each<[string, (stream: Readable) => Promise<unknown>]>([
    ['iterated', (stream) => rejection(text(stream))],
    ['piped', (stream) => new Promise((resolve) => stream.on('error', resolve).pipe(new PassThrough()))],
    ["on('data')", (stream) => new Promise((resolve) => stream.on('error', resolve).on('data', () => {}))],
  ])('of node:http, %s, which falls silent', async (_, read) => {
    const { operation, guarded } = real()
    const server = await loopbackServer(parts('a', 'HANG'))
    const stream = await operation.run(({ signal }) => answer(server.url, signal))
    expect(await read(stream)).toMatchObject({ code: 'TRUCE_ATTEMPT_TIMEOUT' })
    await server.abandoned
    expect(guarded.state()).toMatchObject(free)
  })

  it('paused is not silent; given up with nobody listening, it ends no process', async () => {
    const { time, operation, guarded } = virtual({ deadline: 10_000 })
    const source = new PassThrough()
    source.write('a')
    const stream = await time.run(operation.run(() => source))
    stream.on('data', () => {})
    await turn()
    stream.pause()
    await time.advance(5_000)
    expect(guarded.state()).toMatchObject({ inFlight: 1 })
    await time.advance(5_001)
    await turn()
    expect(guarded.state()).toMatchObject(free)
    expect(stream.errored).toMatchObject({ code: 'TRUCE_DEADLINE' })
    expect(wheelOf(time.clock).size).toBe(0)
  })

  it('destroyed by its reader gives the slot back and aborts the attempt', async () => {
    const { operation, guarded } = real()
    let signal: AbortSignal | undefined
    const stream = await operation.run((attempt) => {
      ;({ signal } = attempt)
      return from('a', 'b')
    })
    stream.destroy()
    await turn()
    expect([signal?.aborted, guarded.state().inFlight]).toEqual([true, 0])
  })

  test.each(['body', 'data', 'Body'])('in an answer, as its %s', async (place) => {
    const { operation, guarded } = real()
    const value = { status: 200, [place]: from('a', 'b') }
    const answered = await operation.run(() => value)
    expect(answered).toBe(value)
    expect(guarded.state()).toMatchObject({ inFlight: 1 })
    expect(await text(value[place] as Readable)).toBe('ab')
    expect(guarded.state()).toMatchObject(free)
  })
})

function answer(url: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => get(url, { signal, agent: false }, resolve).on('error', reject))
}

describe("OpenAI's stream", () => {
  const event = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
  const ask =
    (url: string) =>
    ({ signal }: { signal: AbortSignal }) =>
      new OpenAI({ apiKey: 'k', baseURL: url, maxRetries: 0 }).chat.completions.create(
        { model: 'm', messages: [], stream: true },
        { signal },
      )
  const read = async (stream: AsyncIterable<OpenAI.ChatCompletionChunk>) => {
    let said = ''
    for await (const { choices } of stream) said += choices[0]?.delta.content ?? ''
    return said
  }
  const whole = parts(event('Hello'), event(', world'), 'data: [DONE]\n\n')

  test.each<[string, (stream: Awaited<ReturnType<ReturnType<typeof ask>>>) => Promise<unknown>, unknown]>([
    ['iteration', read, 'Hello, world'],
    ['tee()', async (stream) => Promise.all(stream.tee().map(read)), ['Hello, world', 'Hello, world']],
    [
      'toReadableStream()',
      async (stream) => (await new Response(stream.toReadableStream()).text()).split('\n').length,
      3,
    ],
    [
      'a second time',
      async (stream) => [await read(stream), String(await rejection(read(stream)))],
      ['Hello, world', expect.stringContaining('consumed stream')],
    ],
  ])('%s', async (_, use, expected) => {
    const { operation, guarded } = real()
    const server = await loopbackServer(whole)
    const stream = await operation.run(ask(server.url))
    expect(await use(stream)).toEqual(expected)
    expect(server.came).toHaveLength(1)
    expect(guarded.state()).toMatchObject(free)
  })

  it('without a first event in time is asked for again', async () => {
    const { operation } = real({ attemptTimeout: 100 })
    const server = await loopbackServer(parts(': nothing yet\n\n', 'HANG'), whole)
    expect(await read(await operation.run(ask(server.url)))).toBe('Hello, world')
    expect(server.came).toHaveLength(2)
  })

  it('that falls silent is not taken for whole', async () => {
    const { operation, guarded } = real()
    const server = await loopbackServer(parts(event('Hello'), 'HANG'))
    const stream = await operation.run(ask(server.url))
    expect(await rejection(read(stream))).toMatchObject({ code: 'TRUCE_ATTEMPT_TIMEOUT' })
    await server.abandoned
    expect(server.came).toHaveLength(1)
    expect(guarded.state()).toMatchObject(free)
  })

  test.each<[string, (stream: Awaited<ReturnType<ReturnType<typeof ask>>>) => Promise<unknown>]>([
    [
      'break',
      async (stream) => {
        for await (const chunk of stream) return chunk
      },
    ],
    [
      'its controller',
      async (stream) => {
        for await (const chunk of stream) {
          stream.controller.abort()
          void chunk
        }
      },
    ],
  ])('ended by %s: the server sees it go', async (_, leave) => {
    const { operation, guarded } = real()
    const server = await loopbackServer(parts(event('Hello'), 'HANG'))
    await leave(await operation.run(ask(server.url)))
    await server.abandoned
    expect(guarded.state()).toMatchObject(free)
  })
})

it("the reader's async context is its own", async () => {
  const storage = new AsyncLocalStorage<string>()
  const { time, operation } = virtual()
  const seen: unknown[] = []
  const source = async function* () {
    seen.push(storage.getStore())
    yield 'a'
    yield 'b'
  }
  const streams = ['one', 'two'].map((tenant) =>
    storage.run(tenant, async () => {
      const stream = await operation.run(({ attempt }) =>
        attempt === 1 ? Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })) : source(),
      )
      for await (const chunk of stream) expect([chunk, storage.getStore()]).toEqual([chunk, tenant])
    }),
  )
  await time.run(Promise.all(streams))
  expect(seen).toEqual(['one', 'two'])
})

it.each<[string, () => unknown]>([
  ['Response', () => new Response('a body')],
  ['ReadableStream', () => new ReadableStream({ start: (controller) => controller.enqueue('a') })],
  [
    'generator',
    async function* () {
      yield 'a'
      yield 'b'
    },
  ],
  ['Readable', () => Readable.from(['a', 'b'])],
])('a %s that was dropped unread gives its slot back when it is collected', async (_, make) => {
  const { time, operation, guarded } = virtual()
  const controller = new AbortController()
  await (async () => void (await time.run(operation.run(make, { signal: controller.signal }))))()
  expect(guarded.state()).toMatchObject({ inFlight: 1 })
  for (let round = 0; round < 20 && guarded.state().inFlight > 0; round++) {
    await turn()
    gc()
    await turn()
  }
  expect(guarded.state()).toMatchObject(free)
  expect(wheelOf(time.clock).size).toBe(0)
})
