/**
 * Wire laws: an adapter changes nothing of what HTTP can do.
 *
 * @module
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { peer } from 'truce/peer'
import { describe, expect, it, test } from 'vitest'
import { allOf, ask, rawSocket, textOf } from './ask.js'
import type { Framework } from './framework.js'
import { world } from './world.js'

interface Vector {
  readonly name: string
  readonly raw: unknown
  readonly means?: Record<string, unknown>
}

/** Those that a field of HTTP can carry as they are: parsers of HTTP cut spaces off and refuse control characters. */
function vectors(field: string): readonly (Vector & { readonly raw: string })[] {
  const file = new URL(`../../../../spec/wire/${field}.json`, import.meta.url)
  const { read } = JSON.parse(readFileSync(file, 'utf8')) as { read: Vector[] }
  return read.filter(
    (vector): vector is Vector & { raw: string } =>
      /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/.test(String(vector.raw)) && typeof vector.raw === 'string',
  )
}

export function wireLaws(framework: Framework): void {
  describe('HTTP', () => {
    test.each([
      ['GET', 200, 'body'],
      ['HEAD', 200, ''],
      ['DELETE', 204, ''],
      ['GET', 304, ''],
      ['PUT', 200, 'body'],
    ])('%s answered with %i', async (method, status, body) => {
      const { url, idle } = await world(framework, { peers: 'all' }, () => ({
        status,
        headers: { etag: '"1"' },
        ...(status === 200 && { body: 'body' }),
      }))
      expect(await ask(url, { method })).toMatchObject({ status, body, headers: { etag: '"1"' } })
      await idle()
    })

    it('bodies of ten megabytes, chunked, both ways', async () => {
      const sent = Buffer.alloc(10_000_000, 'y')
      const { url, idle } = await world(framework, {}, async (_, body) => ({ body: String((await body()).length) }))
      const headers = { 'Transfer-Encoding': 'chunked', 'Content-Type': 'text/plain' }
      expect((await ask(url, { method: 'POST', body: sent, headers })).body).toBe('10000000')
      await idle()
      async function* parts(): AsyncGenerator<Uint8Array> {
        for (let n = 0; n < 100; n++) yield sent.subarray(0, 100_000)
      }
      const big = await world(framework, { peers: 'all' }, () => ({ body: parts() }))
      const answer = await ask(big.url)
      expect(answer.body.length).toBe(10_000_000)
      await big.idle()
    })

    it('Expect: 100-continue', async () => {
      const { url } = await world(framework, {}, async (_, body) => ({ body: await body() }))
      const going = request(url, {
        method: 'POST',
        headers: { Expect: '100-continue', 'Content-Type': 'text/plain', 'Content-Length': 4 },
        agent: false,
      })
      going.flushHeaders()
      await once(going, 'continue')
      going.end('text')
      const [answer] = (await once(going, 'response')) as [AsyncIterable<Buffer>]
      expect(await textOf(answer)).toBe('text')
    })

    it('HTTP/1.0, with and without a key', async () => {
      const { url, idle } = await world(framework, {}, () => ({ body: 'old' }))
      for (const key of ['', 'Idempotency-Key: k\r\n', 'Idempotency-Key: k\r\n']) {
        const socket = await rawSocket(url)
        socket.write(`GET / HTTP/1.0\r\n${key}\r\n`)
        const all = await allOf(socket)
        expect(all).toMatch(/^HTTP\/1\.[01] 200 /)
        expect(all.endsWith('\r\n\r\nold')).toBe(true)
      }
      await idle()
    })

    it('a connection is used again, whatever came on it before', async () => {
      const { url, idle, ran } = await world(framework, { peers: 'all' }, async (_, body) => ({ body: await body() }))
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const ports = new Set<number | undefined>()
      agent.on('free', ({ localPort }: { localPort?: number }) => ports.add(localPort))
      for (const headers of [
        {},
        { 'Idempotency-Key': 'a' },
        { 'Idempotency-Key': 'a' },
        { 'Retry-Context': 'deadline=0' },
        {},
      ]) {
        await ask(url, { method: 'POST', agent, headers: { 'Content-Type': 'text/plain', ...headers }, body: 'text' })
      }
      agent.destroy()
      await idle()
      expect([ports.size, ran()]).toEqual([1, 3])
    })

    it('says and hears the fields of spec/wire as they are written there', async () => {
      const seen: Record<string, unknown>[] = []
      const { url } = await world(
        framework,
        { peers: 'all' },
        async ({ call, attempt, caller, urgency, keyAge, contract, owner: owns }, body) => {
          const { transient: owner, business } =
            typeof owns === 'object' ? owns : { transient: owns, business: undefined }
          seen.push({ call, attempt, caller, urgency, 'key-age': keyAge, contract, owner, business })
          const pushback = await body()
          return { status: 503, headers: pushback === '' ? {} : { 'retry-pushback': pushback } }
        },
      )
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      for (const { name, raw, means = {} } of vectors('retry-context')) {
        const before = seen.length
        const { status } = await ask(url, { headers: { 'Retry-Context': raw }, agent })
        // Whoever has left already is refused before any work.
        const isLate = means['deadline'] === 0
        expect([name, status, seen.length - before]).toEqual([name, ...(isLate ? [504, 0] : [503, 1])])
        if (isLate) continue
        const expected = Object.fromEntries(
          Object.entries(means).filter(([key, value]) => key in (seen.at(-1) ?? {}) && typeof value !== 'object'),
        )
        expect({ name, ...seen.at(-1) }).toMatchObject({ name, ...expected })
      }
      for (const { name, raw, means } of vectors('retry-pushback')) {
        const answer = await ask(url, { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: raw, agent })
        expect([name, peer.read(String(answer.headers['retry-pushback']))]).toEqual([name, means])
      }
      agent.destroy()
      expect(seen.length).toBeGreaterThan(40)
    })
  })
}
