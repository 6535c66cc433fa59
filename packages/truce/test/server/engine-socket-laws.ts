/**
 * Engine socket laws: whatever becomes of a connection, the real engine behind it is left with nothing to do, and the
 * key is where it has to be.
 *
 * @module
 */
import { channel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { Agent } from 'node:http'
import type { Socket } from 'node:net'
import { idempotency, type IdempotencyStore, type Status } from 'truce/idempotency'
import { service } from 'truce/server'
import { httpIdempotency } from 'truce/server/idempotency'
import { metrics } from 'truce/telemetry'
import { describe, expect, it, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../src/guard/clock.js'
import { wheelOf } from '../../src/guard/wheel.js'
import { allOf, ask, type Question, rawSocket, send } from './ask.js'
import type { Framework, Scene } from './framework.js'
import { chunks, gate } from './key-laws.js'

/** Bytes that the engine keeps of an answer. */
const KEPT = 2_048

let worlds = 0

async function keyedWorld<Transaction>(framework: Framework, store: IdempotencyStore<Transaction>, scene: Scene) {
  const engine = idempotency({ store, ttl: '1h', wait: 0, largestResult: KEPT })
  const name = `sockets-${framework.name}-${process.pid}-${++worlds}`
  const create = service(name, {
    idempotency: httpIdempotency({ engine, tenant: () => 'acme' }),
  }).operation('create', { effect: 'write', idempotency: { key: 'required', mode: 'derived-key' } })
  let ran = 0
  const running = await framework.start(create, (context, body) => {
    ran++
    return scene(context, body)
  })
  onTestFinished(() => running.close())
  const timers = wheelOf(systemClock).size
  const inFlight = (): number =>
    metrics()
      .flatMap((each) => (each.name === 'requests_in_flight' && each.type !== 'histogram' ? each.values : []))
      .filter(({ labels }) => labels['service'] === name)
      .reduce((sum, { value }) => sum + value, 0)
  return {
    url: running.url,
    ran: () => ran,
    state: async (key: string): Promise<Status['state']> =>
      (await engine.status({ tenant: 'acme', operation: `${name}.create`, key })).state,
    leftNothing: async (): Promise<void> => {
      await engine.idle()
      await vi.waitFor(() => expect([inFlight(), wheelOf(systemClock).size]).toEqual([0, timers]), 5_000)
    },
  }
}

const keyed = (key: string): Question => ({
  method: 'POST',
  headers: { 'Idempotency-Key': key, 'Content-Type': 'text/plain' },
  body: 'one box',
})

/** The head of a request as long as `body`, and so much of it. */
const saying = (key: string, sent: string, length = 7): string =>
  `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n` +
  `Idempotency-Key: ${key}\r\n\r\n${sent}`

async function say(socket: Socket, text: string): Promise<void> {
  await new Promise<void>((resolve) => socket.write(text, () => resolve()))
}

export function engineSocketLaws<Transaction>(
  store: string,
  framework: Framework,
  opened: () => Promise<IdempotencyStore<Transaction>>,
): void {
  describe(`connections, ${store} behind the key`, () => {
    test.each(['hangs up', 'half closes'])('who stalls in its body and then %s has claimed nothing', async (how) => {
      const { url, ran, state, leftNothing } = await keyedWorld(framework, await opened(), async (_, body) => ({
        body: await body(),
      }))
      const socket = await rawSocket(url, true)
      for (const piece of [saying('slow', 'o'), 'n', 'e']) {
        await say(socket, piece)
        await ask(url, keyed('meanwhile'))
      }
      expect(await state('slow')).toBe('absent')
      if (how === 'hangs up') socket.destroy()
      else socket.end()
      socket.resume()
      if (!socket.closed) await once(socket, 'close')
      await leftNothing()
      expect([await state('slow'), ran()]).toEqual(['absent', 1])
      expect((await ask(url, keyed('slow'))).body).toBe('one box')
      await leftNothing()
    })

    it('who half closes while the handler works may be lost to Node; its answer is not', async () => {
      const [began, goOn] = [gate(), gate()]
      const { url, ran, state, leftNothing } = await keyedWorld(framework, await opened(), async (_, body) => {
        const text = await body()
        began.open()
        await goOn.passed
        return { body: `done: ${text}` }
      })
      const socket = await rawSocket(url, true)
      await say(socket, saying('half', 'one box'))
      await began.passed
      expect(await state('half')).toBe('running')
      const closed = allOf(socket)
      socket.end()
      await ask(url, { method: 'POST' })
      goOn.open()
      await closed
      await vi.waitFor(async () => expect(await state('half')).toBe('completed'), 5_000)
      await leftNothing()
      const repeat = await ask(url, keyed('half'))
      expect(repeat).toMatchObject({ body: 'done: one box', headers: { 'idempotent-replayed': 'true' } })
      expect(ran()).toBe(1)
    })

    it('who half closes with its request, before anything is claimed, leaves a key that can be used', async () => {
      const { url, ran, state, leftNothing } = await keyedWorld(framework, await opened(), async (_, body) => ({
        body: await body(),
      }))
      const socket = await rawSocket(url, true)
      socket.end(saying('both', 'one box'))
      await allOf(socket)
      await leftNothing()
      expect(['absent', 'completed', 'free']).toContain(await state('both'))
      expect((await ask(url, keyed('both'))).body).toBe('one box')
      expect(ran()).toBeLessThanOrEqual(2)
    })

    it('who leaves while the handler works gets its answer with the next request', async () => {
      const [began, goOn] = [gate(), gate()]
      const { url, ran, state, leftNothing } = await keyedWorld(framework, await opened(), async () => {
        began.open()
        await goOn.passed
        return { status: 201, body: 'made' }
      })
      const going = send(url, keyed('left'))
      await began.passed
      going.destroy()
      goOn.open()
      await vi.waitFor(async () => expect(await state('left')).toBe('completed'), 5_000)
      await leftNothing()
      expect(await ask(url, keyed('left'))).toMatchObject({ status: 201, body: 'made' })
      expect(ran()).toBe(1)
    })

    it('who leaves in the middle of a long answer does not keep it from being done', async () => {
      const { url, ran, state, leftNothing } = await keyedWorld(framework, await opened(), () => ({
        body: chunks(60, 100_000),
      }))
      const going = send(url, keyed('long'))
      await once(going, 'response')
      going.destroy()
      await vi.waitFor(async () => expect(await state('long')).toBe('completed'), 5_000)
      await leftNothing()
      const repeat = await ask(url, keyed('long'))
      expect(repeat.status).toBe(409)
      expect(JSON.parse(repeat.body)).toMatchObject({ type: 'urn:truce:problem:result-not-kept' })
      expect(ran()).toBe(1)
      await leftNothing()
    })

    it('that are used again and again gather no listeners', async () => {
      const { url, leftNothing } = await keyedWorld(framework, await opened(), async (_, body) => ({
        body: await body(),
      }))
      const counts: number[] = []
      const { port } = new URL(url)
      const count = (message: unknown): void => {
        const { socket } = message as { readonly socket: Socket }
        if (String(socket.localPort) !== port) return
        counts.push(socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0))
      }
      const started = channel('http.server.request.start')
      started.subscribe(count)
      onTestFinished(() => {
        started.unsubscribe(count)
      })
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      for (let n = 0; n < 12; n++) await ask(url, { ...keyed(`k${n >> 1}`), agent })
      agent.destroy()
      await leftNothing()
      expect(counts).toHaveLength(12)
      expect(new Set(counts.slice(2)).size).toBe(1)
    })
  })
}
