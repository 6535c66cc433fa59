/** The caller's abort, before the answer and after it. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Answer, loopbackServer, silence, status } from '../../test/loopback-server.js'
import { dependency, explain } from '../index.js'
import { virtualTime } from '../testing/index.js'
import { abortBodyWith } from './body-abort.js'
import { createFetch, type FetchOptions } from './create-fetch.js'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Collects until the condition holds; finalisation callbacks run between turns. */
async function collect(until: () => boolean): Promise<boolean> {
  for (let round = 0; round < 20 && !until(); round++) {
    // What a condition looks at stays until the turn ends.
    await new Promise((resolve) => setImmediate(resolve))
    gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return until()
}

function guarded(options: Partial<FetchOptions> = {}): typeof fetch {
  return createFetch({ dependency: dependency('inventory', { budget: 'none' }), ...options })
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

const left = new Error('the customer left')

/** Sends headers and the beginning, and then nothing. */
const beginning: Answer = (response) => void response.writeHead(200).write('the beginning')

/** Counts the listeners that the signal has. */
function counted(signal: AbortSignal): { now: number; most: number } {
  const count = { now: 0, most: 0 }
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count.most = Math.max(count.most, ++count.now)
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count.now--
    remove(...args)
  }
  return count
}

describe('the caller aborts', () => {
  it('before the call: nothing is sent', async () => {
    const server = await loopbackServer(status(200))
    const error = await rejection(guarded()(server.url, { signal: AbortSignal.abort(left) }))
    expect(error).toBe(left)
    expect([server.came.length, explain(error)]).toEqual([0, expect.objectContaining({ stop: 'aborted', attempts: 0 })])
  })

  it('during an attempt: the server sees it go', async () => {
    const controller = new AbortController()
    const server = await loopbackServer((...exchange) => {
      silence(...exchange)
      controller.abort(left)
    })
    expect(await rejection(guarded()(server.url, { signal: controller.signal }))).toBe(left)
    await server.abandoned
    expect(server.came).toHaveLength(1)
  })

  it('without a reason: an AbortError, as from fetch', async () => {
    const controller = new AbortController()
    const server = await loopbackServer(() => controller.abort())
    const error = await rejection(guarded()(server.url, { signal: controller.signal }))
    expect(error).toMatchObject({ name: 'AbortError' })
    expect(error).toBe(controller.signal.reason)
  })

  it('in backoff: at once, no further attempt, and the answer that waited is given up', async () => {
    const time = virtualTime()
    const controller = new AbortController()
    let attempts = 0
    let givenUp = false
    const send = async (): Promise<Response> => {
      attempts++
      return new Response(new ReadableStream({ cancel: () => void (givenUp = true) }), { status: 503 })
    }
    const inventory = dependency('inventory', { clock: time.clock, random: () => 0.5 })
    const backoff = { initial: 1_000, jitter: 'none' } as const
    const pending = rejection(
      createFetch({ dependency: inventory, fetch: send, backoff })('http://inventory', { signal: controller.signal }),
    )
    await time.advance(500)
    controller.abort(left)
    expect(await time.run(pending)).toBe(left)
    expect(time.now()).toBe(500)
    await time.runAll()
    expect([attempts, givenUp]).toEqual([1, true])
  })

  it('after the answer was handed up: the download is cut', async () => {
    const controller = new AbortController()
    const server = await loopbackServer(status(503), beginning)
    const backoff = { initial: 1 }
    const response = await guarded({ backoff })(server.url, { signal: controller.signal })
    const text = rejection(response.text())
    controller.abort(left)
    expect(await text).toBe(left)
    await server.abandoned
  })

  it('between the answer and the caller who awaits it: the download is cut too', async () => {
    const controller = new AbortController()
    const server = await loopbackServer(beginning)
    const send: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      // The call ends a few microtasks after this promise.
      void Promise.resolve().then(() =>
        Promise.resolve().then(() => Promise.resolve().then(() => controller.abort(left))),
      )
      return response
    }
    const text = guarded({ fetch: send })(server.url, { signal: controller.signal }).then((response) => response.text())
    // What fetch says of a body that was cut before it was read: up to Node 22 its own error, then the caller's.
    const error = await rejection(text)
    expect(error === left ? 'AbortError' : (error as Error).name).toBe('AbortError')
    await server.abandoned
  })

  it('by the signal of a Request, unless init takes it away with null', async () => {
    const controller = new AbortController()
    const server = await loopbackServer(() => controller.abort(left), status(200))
    const request = new Request(server.url, { signal: controller.signal })
    expect(await rejection(guarded()(request))).toBe(left)
    expect((await guarded()(new Request(server.url, { signal: controller.signal }), { signal: null })).status).toBe(200)
  })
})

describe('memory', () => {
  it('10,000 requests on one signal: one listener, which goes with the last body', async () => {
    const controller = new AbortController()
    const count = counted(controller.signal)
    const send = guarded({ fetch: async () => new Response('stock: 7') })
    for (let request = 0; request < 10_000; request++) {
      await (await send('http://inventory', { signal: controller.signal })).text()
    }
    expect(count.most).toBe(1)
    expect(await collect(() => count.now === 0)).toBe(true)
  })

  it('a body in use is cut, however much is collected meanwhile', async () => {
    const controller = new AbortController()
    const server = await loopbackServer(beginning)
    const begun = async (...args: Parameters<typeof fetch>): Promise<Promise<unknown>[]> => {
      const response = await guarded()(...args)
      return [rejection(response.text())]
    }
    const { signal } = controller
    const downloads = [
      ...(await begun(server.url, { signal })),
      // Its own signal hears the controller only while the Request is held.
      ...(await begun(new Request(server.url, { signal }))),
    ]
    const garbage = new WeakRef({})
    expect(await collect(() => garbage.deref() === undefined)).toBe(true)
    controller.abort(left)
    expect(await Promise.all(downloads)).toEqual([left, left])
  })

  it('a body that was dropped takes its attempt along', async () => {
    const { signal } = new AbortController()
    let attempt: WeakRef<object> | undefined
    const hand = (): void => {
      const made = { abort() {} }
      attempt = new WeakRef(made)
      abortBodyWith(signal, new Response('stock: 7').body as ReadableStream, made)
    }
    hand()
    expect(await collect(() => attempt?.deref() === undefined)).toBe(true)
  })

  it('no listener stays where there is no body, or no answer', async () => {
    const controller = new AbortController()
    const count = counted(controller.signal)
    const { signal } = controller
    await guarded({ fetch: async () => new Response(null, { status: 204 }) })('http://inventory', { signal })
    const fails = guarded({ attempts: 1, fetch: () => Promise.reject(new TypeError('fetch failed')) })
    await rejection(fails('http://inventory', { signal }))
    expect([count.now, count.most]).toEqual([0, 1])
    onTestFinished(() => controller.abort())
  })
})

describe('a fetch that does not obey its signal', () => {
  it.each([
    ['in backoff', 50, 0],
    ['while the next attempt runs', 1, 20],
    ['after the call', 1, 0],
  ])('has an answer that comes late, %s, given up', async (_, backoff, next) => {
    const time = virtualTime()
    const givenUp: number[] = []
    let attempt = 0
    const deaf = async (): Promise<Response> => {
      const own = ++attempt
      await new Promise<void>((answer) => time.clock.alarm(own === 1 ? 40 : next, answer))
      return new Response(own === 1 ? new ReadableStream({ cancel: () => void givenUp.push(own) }) : 'in time')
    }
    const inventory = dependency('inventory', { clock: time.clock })
    const send = createFetch({
      dependency: inventory,
      fetch: deaf,
      attemptTimeout: 30,
      backoff: { initial: backoff, jitter: 'none' },
    })
    expect(await (await time.run(send('http://inventory'))).text()).toBe('in time')
    await time.runAll()
    expect(givenUp).toEqual([1])
  })

  it('keeps its answer where the guard only observes', async () => {
    const controller = new AbortController()
    const send = guarded({
      mode: 'observe',
      fetch: async () => {
        controller.abort(left)
        return new Response('all the same')
      },
    })
    const response = await send('http://inventory', { signal: controller.signal })
    expect(await response.text()).toBe('all the same')
  })
})
