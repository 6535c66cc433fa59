import { describe, expect, it, test } from 'vitest'
import { loopbackServer, status } from '../../test/loopback-server.js'
import { dependency } from '../index.js'
import { createFetch } from './create-fetch.js'
import { drain, DRAIN_MAX } from './drain.js'

interface Source {
  readonly response: Response
  pulled: number
  cancelled: boolean
}

/** An answer of so many chunks; the last `null` breaks it, `'hang'` never comes. */
function source(chunks: number, chunk = 1_024, then: 'end' | 'error' | 'hang' = 'end'): Source {
  const made = { pulled: 0, cancelled: false } as { -readonly [F in keyof Source]: Source[F] }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (made.pulled++ < chunks) return controller.enqueue(new Uint8Array(chunk))
        if (then === 'end') controller.close()
        else if (then === 'error') controller.error(new Error('reset'))
        return then === 'hang' ? new Promise(() => {}) : undefined
      },
      cancel: () => void (made.cancelled = true),
    },
    { highWaterMark: 0 },
  )
  made.response = new Response(body, { status: 503 })
  return made
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('drain', () => {
  it('reads a short body to its end', async () => {
    const short = source(3)
    drain(short.response)
    await settled()
    expect([short.pulled, short.cancelled]).toEqual([4, false])
  })

  it('cuts a huge one', async () => {
    const huge = source(Number.POSITIVE_INFINITY)
    drain(huge.response)
    await settled()
    expect(huge.cancelled).toBe(true)
    expect(huge.pulled * 1_024).toBeLessThanOrEqual(DRAIN_MAX + 2 * 1_024)
  })

  it('gives up one that trickles when the call is over', async () => {
    const trickle = source(1, 1, 'hang')
    const giveUp = drain(trickle.response)
    await settled()
    expect(trickle.cancelled).toBe(false)
    giveUp()
    await settled()
    expect(trickle.cancelled).toBe(true)
  })

  test.each<[string, () => Response]>([
    ['a body that breaks', () => source(1, 1, 'error').response],
    ['no body', () => new Response(null, { status: 503 })],
    [
      'a body that somebody reads',
      () => {
        const { response } = source(1)
        response.body?.getReader()
        return response
      },
    ],
    ['an answer that is no Response', () => ({ status: 503 }) as Response],
    ['a body that is no stream of the web', () => ({ status: 503, body: { pipe() {} } }) as unknown as Response],
    ['chunks that are no bytes', () => new Response(new ReadableStream({ start: (c) => c.enqueue('text') }))],
  ])('takes %s as it comes', async (_, make) => {
    const response = make()
    expect(() => drain(response)()).not.toThrow()
    expect(() => drain(response)).not.toThrow()
    // A rejection that nobody handles would fail this run.
    await settled()
  })
})

describe('connections', () => {
  const inventory = () =>
    createFetch({
      dependency: dependency('inventory', { budget: 'none', breaker: 'none' }),
      attempts: 4,
      backoff: { initial: 1, max: 2 },
    })

  it('of failed answers serve again: many retries, one connection', async () => {
    const failing = status(503, 'x'.repeat(50_000))
    const server = await loopbackServer(failing)
    const send = inventory()
    for (let call = 0; call < 25; call++) await (await send(server.url)).text()
    expect(server.came).toHaveLength(100)
    // One more is opened where an answer is still being read when the next attempt starts.
    expect(server.connections).toBeLessThanOrEqual(5)
  })

  it('with a huge or endless error body are closed, and the call goes on', async () => {
    const server = await loopbackServer(
      (response) => {
        response.writeHead(503)
        const pour = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        }
        response.on('drain', pour)
        pour()
      },
      (response) => void response.writeHead(503).write('and then nothing'),
      status(200, 'stock: 7'),
    )
    expect(await (await inventory()(server.url)).text()).toBe('stock: 7')
    await server.abandoned
  })
})
