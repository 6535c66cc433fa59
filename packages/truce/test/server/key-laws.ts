/**
 * Key laws: what runs under a key is recorded before its answer is sent, however it is answered.
 *
 * @module
 */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { OverloadedError } from 'truce'
import { describe, expect, it, test, vi } from 'vitest'
import { ask, type Asked, send, textOf } from './ask.js'
import type { Framework } from './framework.js'
import { world } from './world.js'

export const KEYED = {
  method: 'POST',
  headers: { 'Idempotency-Key': 'k1', 'Content-Type': 'text/plain' },
  body: 'one box',
}

/** A promise and what resolves it. */
export function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open = (): void => {}
  const passed = new Promise<void>((resolve) => (open = resolve))
  return { open, passed }
}

export async function* chunks(count: number, size = 400): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < count; n++) {
    await new Promise((resolve) => setImmediate(resolve))
    yield Buffer.alloc(size, 97 + n)
  }
}

const text = (payload: unknown): string =>
  typeof payload === 'string' ? payload : Buffer.from(payload as Uint8Array).toString()

export function keyLaws(framework: Framework): void {
  describe('under a key', () => {
    it('the handler runs once, and every repeat gets its answer', async () => {
      const bodies: string[] = []
      const { url, keys, ran, records, idle } = await world(framework, {}, async (context, body) => {
        bodies.push(`${context.key} ${context.derive('charge')} ${await body()}`)
        return { status: 201, headers: { location: '/r/1', 'set-cookie': ['a=1', 'b=2'] }, body: 'reserved' }
      })
      const first = await ask(url, KEYED)
      expect(first).toMatchObject({
        status: 201,
        body: 'reserved',
        headers: { location: '/r/1', 'set-cookie': ['a=1', 'b=2'] },
      })
      const second = await ask(url, KEYED)
      expect(second).toMatchObject({
        status: 201,
        body: 'reserved',
        headers: { location: '/r/1', 'idempotent-replayed': 'true' },
      })
      expect(second.headers).not.toHaveProperty('set-cookie')
      expect([ran(), bodies]).toEqual([1, ['k1 k1/charge one box']])
      expect(keys.log).toEqual(['begin k1', 'end k1 201 8', 'begin k1'])
      expect(keys.payloads.map(text)).toEqual(['one box'])
      await idle()
      await vi.waitFor(() =>
        expect(records.map(({ replayed, key }) => [replayed, typeof key])).toEqual([
          [false, 'string'],
          [true, 'string'],
        ]),
      )
    })

    it('a request without one is as ever, and a key that is refused runs nothing', async () => {
      const { url, keys, ran, metric } = await world(framework, {}, () => ({ body: 'ok' }))
      expect((await ask(url, { method: 'POST' })).body).toBe('ok')
      const refused = await ask(url, { ...KEYED, headers: { ...KEYED.headers, 'Idempotency-Key': 'a, b' } })
      expect(refused).toMatchObject({ status: 400, body: 'two keys' })
      expect([keys.log, ran(), metric('admission_refused_total')]).toEqual([[], 1, 1])
    })

    it('a concurrent repeat does not run', async () => {
      const [began, goOn] = [gate(), gate()]
      const { url, ran, idle } = await world(framework, {}, async () => {
        began.open()
        await goOn.passed
        return { body: 'done' }
      })
      const first = ask(url, KEYED)
      await began.passed
      expect(await ask(url, KEYED)).toMatchObject({ status: 409, body: 'in progress' })
      goOn.open()
      expect((await first).body).toBe('done')
      expect(ran()).toBe(1)
      await idle()
    })

    it('nothing is sent before it is recorded, and what is recorded outlives the caller', async () => {
      const [recording, recorded] = [gate(), gate()]
      const { url, keys, ran, idle } = await world(framework, {}, () => ({ status: 201, body: 'reserved' }))
      keys.beforeRecord = () => {
        recording.open()
        return recorded.passed
      }
      const going = send(url, KEYED)
      let came = false
      going.on('response', () => (came = true))
      await recording.passed
      await new Promise((resolve) => setImmediate(resolve))
      expect(came).toBe(false)
      going.destroy()
      recorded.open()
      await idle()
      expect(await ask(url, KEYED)).toMatchObject({
        status: 201,
        body: 'reserved',
        headers: { 'idempotent-replayed': 'true' },
      })
      expect(ran()).toBe(1)
    })

    it('a caller that leaves does not stop the handler', async () => {
      const began = gate()
      const goOn = gate()
      const aborted: boolean[] = []
      const { url, idle, ran, metric } = await world(framework, {}, async ({ signal }) => {
        began.open()
        await goOn.passed
        aborted.push(signal.aborted)
        return { body: chunks(2) }
      })
      const going = send(url, KEYED)
      await began.passed
      going.destroy()
      await new Promise((resolve) => going.once('close', resolve))
      // A request of its own: the server has noticed by its answer.
      await ask(url, { method: 'POST', headers: { 'Idempotency-Key': 'k1' }, body: 'x' })
      expect(metric('requests_in_flight')).toBe(1)
      goOn.open()
      await idle()
      expect(await ask(url, KEYED)).toMatchObject({
        body: 'a'.repeat(400) + 'b'.repeat(400),
        headers: { 'idempotent-replayed': 'true' },
      })
      expect([ran(), aborted]).toEqual([1, [false]])
    })

    test.each<[string, number, string]>([
      ['a streamed answer up to the cap is recorded whole', 2, 'end k1 200 800'],
      ['of a longer one it is recorded that it was given', 5, 'end k1 200 none'],
    ])('%s', async (_, count, logged) => {
      const { url, keys, idle } = await world(framework, {}, () => ({ body: chunks(count) }))
      const { body } = await ask(url, KEYED)
      expect([body.length, body.slice(-1)]).toEqual([count * 400, String.fromCharCode(96 + count)])
      expect(keys.log).toContain(logged)
      await idle()
    })

    it('the last bytes of a longer one wait for the record', async () => {
      const [recording, recorded] = [gate(), gate()]
      const { url, keys, idle } = await world(framework, {}, () => ({ body: chunks(5) }))
      keys.beforeRecord = () => {
        recording.open()
        return recorded.passed
      }
      const [response] = (await once(send(url, KEYED), 'response')) as [IncomingMessage]
      let length = 0
      response.on('data', (chunk: Buffer) => (length += chunk.length))
      await recording.passed
      await vi.waitFor(() => expect(length).toBe(1_600))
      expect(response.complete).toBe(false)
      recorded.open()
      await once(response, 'end')
      expect(length).toBe(2_000)
      await idle()
    })

    it('a stream that breaks is no answer', async () => {
      async function* breaking(count: number): AsyncGenerator<Uint8Array> {
        yield* chunks(count)
        throw new Error('broke off')
      }
      for (const count of [1, 5]) {
        const { url, keys, idle } = await world(framework, {}, () => ({ body: breaking(count) }))
        const status = await ask(url, KEYED).then(
          (answer) => answer.status,
          () => 599,
        )
        expect(status).toBeGreaterThanOrEqual(500)
        expect(keys.log.some((entry) => entry.startsWith('threw k1') || entry.startsWith('end k1 500'))).toBe(true)
        await idle()
      }
    })

    it('a handler that throws is answered by the key, or as without one; either way the next may run', async () => {
      const { url, keys, ran } = await world(framework, {}, () => {
        throw Object.assign(new Error('no such box'), { expose: false })
      })
      keys.answersErrors = true
      if (framework.answersUnknown !== false) {
        expect(await ask(url, KEYED)).toMatchObject({ status: 422, body: 'refused for good' })
        expect(await ask(url, KEYED)).toMatchObject({ status: 422, headers: { 'idempotent-replayed': 'true' } })
        expect([ran(), keys.log]).toEqual([1, ['begin k1', 'threw k1 no such box', 'begin k1']])
      }
    })

    it('for how long it is remembered is said by every answer under it', async () => {
      for (const answer of [
        () => ({ body: 'ok' }),
        () => ({ status: 503, headers: {} }),
        () => ({ body: chunks(5) }),
        () => {
          throw new OverloadedError({ dependency: 'stock', operation: 'read', stop: 'concurrency' })
        },
        () => {
          throw new Error('a fault of the handler')
        },
      ]) {
        vi.spyOn(console, 'error').mockImplementation(() => {})
        const { url } = await world(framework, { peers: 'all' }, (context) => {
          context.spent()
          return answer()
        })
        const { status, headers } = await ask(url, {
          ...KEYED,
          headers: { ...KEYED.headers, 'Retry-Context': 'attempt=2' },
        })
        // What the framework itself answers for an unknown error may be out of reach.
        const ttl = framework.saysKeys === false && status === 500 ? '60' : headers['idempotency-ttl']
        const pushback = status === 503 ? headers['retry-pushback'] : 'reason=exhausted'
        expect({ status, ttl, pushback }).toEqual({ status, ttl: '60', pushback: 'reason=exhausted' })
      }
    })

    it('what was recorded by another is what is sent, and nothing of the handler’s', async () => {
      const { url, keys } = await world(framework, {}, () => ({
        status: 201,
        headers: { location: '/mine' },
        body: 'mine',
      }))
      keys.overtakenBy = { status: 200, headers: [['content-type', 'text/plain']], body: Buffer.from('theirs') }
      const answer = await ask(url, KEYED)
      expect(answer).toMatchObject({ status: 200, body: 'theirs' })
      expect(answer.headers).not.toHaveProperty('location')
    })

    it('a body that is too long for a key is not worked on', async () => {
      const { url, ran, idle } = await world(framework, {}, () => ({}))
      const length = { ...KEYED, body: 'x'.repeat(5_000) }
      const chunked = { ...length, headers: { ...KEYED.headers, 'Transfer-Encoding': 'chunked' } }
      for (const question of [length, chunked]) {
        expect(await ask(url, question)).toMatchObject({ status: 413, body: 'BodyTooLargeError' })
      }
      expect(ran()).toBe(0)
      await idle()
    })

    test.each([204, 304])('an answer of %i', async (status) => {
      const { url, ran } = await world(framework, {}, () => ({ status, headers: { 'x-a': 'b' } }))
      const answers: Asked[] = [await ask(url, KEYED), await ask(url, KEYED)]
      expect(answers).toEqual([
        expect.objectContaining({ status, body: '' }),
        expect.objectContaining({ status, body: '' }),
      ])
      expect(answers.map(({ headers }) => headers['x-a'])).toEqual(['b', 'b'])
      expect(ran()).toBe(1)
    })

    it('an answer to HEAD, and one of ten megabytes at once', async () => {
      const { url, keys, idle } = await world(framework, {}, () => ({ body: Buffer.alloc(10_000_000, 'z') }))
      const headers = { 'Idempotency-Key': 'head' }
      expect(await ask(url, { method: 'HEAD', headers })).toMatchObject({ status: 200, body: '' })
      const response = (await once(send(url, KEYED), 'response')) as [IncomingMessage]
      expect((await textOf(response[0])).length).toBe(10_000_000)
      expect(keys.log).toContain('end k1 200 none')
      await idle()
    })
  })
}
