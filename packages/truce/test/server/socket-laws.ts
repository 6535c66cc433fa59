/**
 * Socket laws: connections that stall, half close and break leave nothing behind.
 *
 * @module
 */
import { once } from 'node:events'
import { systemClock } from '../../src/guard/clock.js'
import { wheelOf } from '../../src/guard/wheel.js'
import { describe, expect, it, vi } from 'vitest'
import { allOf, ask, rawSocket, send } from './ask.js'
import type { Framework } from './framework.js'
import { world } from './world.js'

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n'

export function socketLaws(framework: Framework): void {
  describe('connections', () => {
    it('that stall in the middle of head or body and break leave nothing in flight', async () => {
      const { url, idle, metric } = await world(framework, { peers: 'all' }, async (_, body) => ({
        body: await body(),
      }))
      for (const said of ['POST / HT', HEAD, `${HEAD}\r\nhalf of it`, `${HEAD}Idempotency-Key: k\r\n\r\nhalf of it`]) {
        const socket = await rawSocket(url)
        await new Promise<void>((resolve) => socket.write(said, () => resolve()))
        await ask(url, { method: 'POST' })
        socket.destroy()
        await once(socket, 'close')
      }
      await idle()
      expect(metric('requests_total')).toBeGreaterThanOrEqual(4)
    })

    it('that are half closed are answered', async () => {
      const { url, idle } = await world(framework, {}, async () => ({ body: 'still here' }))
      for (const key of ['', 'Idempotency-Key: k\r\n']) {
        const socket = await rawSocket(url, true)
        socket.end(`GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${key}\r\n`)
        expect(await allOf(socket)).toContain('still here')
      }
      await idle()
    })

    it('whose handler never answers are forgotten when the caller leaves', async () => {
      const { url, idle, ran } = await world(framework, { operation: { deadline: '1h' } }, async ({ signal }) => {
        if (!signal.aborted) await new Promise(() => {})
        return {}
      })
      const going = send(url)
      await vi.waitFor(() => expect(ran()).toBe(1))
      going.destroy()
      await idle()
    })

    it('leave no timer', async () => {
      const before = wheelOf(systemClock).size
      const { url, idle } = await world(framework, { peers: 'all', operation: { deadline: '1h' } }, ({ signal }) => ({
        body: String(signal.aborted),
      }))
      for (let n = 0; n < 20; n++) expect((await ask(url)).body).toBe('false')
      await idle()
      expect(wheelOf(systemClock).size).toBe(before)
    })
  })
}
