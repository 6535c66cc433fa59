/**
 * Late laws: what a handler does that nobody waits for any more.
 *
 * @module
 */
import { once } from 'node:events'
import { Agent, type IncomingMessage } from 'node:http'
import { describe, expect, it, test, vi } from 'vitest'
import { ask, send, textOf } from './ask.js'
import type { Framework } from './framework.js'
import { chunks, gate, KEYED } from './key-laws.js'
import { world } from './world.js'

export function lateLaws(framework: Framework): void {
  describe('under a key, too late', () => {
    it('a handler that never answers keeps nobody: its caller is told what the key says', async () => {
      const { url, keys, idle } = await world(framework, {}, () => new Promise(() => {}))
      const going = ask(url, KEYED)
      await vi.waitFor(() => expect(keys.log).toEqual(['begin k1']))
      await new Promise((resolve) => setImmediate(resolve))
      keys.giveUp()
      expect(await going).toMatchObject({
        status: 409,
        body: 'nobody knows',
        headers: { 'content-type': 'text/plain', 'idempotency-ttl': '60' },
      })
      await idle()
    })

    test.each(['answers', 'streams', 'throws'])(
      'what %s too late does no harm, and the key hears of it',
      async (how) => {
        const [began, goOn] = [gate(), gate()]
        const { url, keys, idle } = await world(framework, {}, async (context) => {
          if (context.key !== 'k1') return { body: 'next' }
          began.open()
          await goOn.passed
          if (how === 'throws') throw new Error('too late')
          return { status: 201, headers: { location: '/r/1' }, body: how === 'streams' ? chunks(5) : 'reserved' }
        })
        const agent = new Agent({ keepAlive: true, maxSockets: 1 })
        const going = ask(url, { ...KEYED, agent })
        await began.passed
        keys.giveUp()
        expect(await going).toMatchObject({ status: 409, body: 'nobody knows' })
        goOn.open()
        await vi.waitFor(() => expect(keys.log.length).toBeGreaterThan(1))
        const log = {
          answers: /^(end k1 201 8|threw k1)/,
          streams: /^(end k1 201 none|threw k1)/,
          throws: /^(threw k1|end k1 500)/,
        }
        expect(keys.log[1]).toMatch(log[how as keyof typeof log])
        expect((await ask(url, { method: 'POST', agent })).body).toBe('next')
        agent.destroy()
        await idle()
      },
    )

    it('a long answer that breaks off is not taken for whole', async () => {
      const forever = gate()
      async function* stuck(): AsyncGenerator<Uint8Array> {
        yield* chunks(5)
        await forever.passed
      }
      const { url, keys, idle } = await world(framework, {}, () => ({ body: stuck() }))
      const [response] = (await once(send(url, KEYED), 'response')) as [IncomingMessage]
      const all = textOf(response)
      keys.giveUp()
      await expect(all).rejects.toThrow('aborted')
      forever.open()
      await vi.waitFor(() => expect(keys.log).toHaveLength(2))
      await idle()
    })

    it('a caller that leaves a long answer unread does not stop it', async () => {
      let written = 0
      async function* long(): AsyncGenerator<Uint8Array> {
        for await (const chunk of chunks(100, 100_000)) {
          written++
          yield chunk
        }
      }
      const { url, keys, idle } = await world(framework, {}, () => ({ body: long() }))
      const going = send(url, KEYED)
      await once(going, 'response')
      // Until the connection is full, and the handler waits for room.
      for (let before = -1; before !== written;) {
        before = written
        for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
      }
      going.destroy()
      await vi.waitFor(() => expect(keys.log).toEqual(['begin k1', 'end k1 200 none']), 4_000)
      await idle()
    })
  })
}
