/**
 * Admission laws: what waits for its turn, what is refused, and what callers hear of it, behind every adapter.
 *
 * @module
 */
import { Agent } from 'node:http'
import { dependency } from 'truce'
import { peer } from 'truce/peer'
import { admission, type AdmissionOptions } from 'truce/server'
import { describe, expect, it, vi } from 'vitest'
import { ask, send } from './ask.js'
import type { Framework, Scene } from './framework.js'
import { chunks, gate } from './key-laws.js'
import { world, type Worldly } from './world.js'

const PEER = { 'Retry-Context': 'call="c", attempt=1, caller="a"' }
const TEXT = { 'Content-Type': 'text/plain' }

/** A door of one place, and a service behind it whose first request works until it is told to end. */
async function busy(
  framework: Framework,
  options: AdmissionOptions,
  scene: Scene = () => ({ body: 'done' }),
  worldly: Worldly = {},
) {
  const door = admission({ limit: 1, ...options })
  const [began, goOn] = [gate(), gate()]
  let first = true
  const made = await world(framework, { peers: 'all', admission: door, ...worldly }, async (context, body) => {
    if (!first) return scene(context, body)
    first = false
    began.open()
    await goOn.passed
    return { body: 'the first' }
  })
  const working = ask(made.url, { method: 'POST' })
  await began.passed
  const free = async (): Promise<void> => {
    await made.idle()
    await vi.waitFor(() => expect(door.inFlight).toBe(0))
  }
  return { ...made, door, working, goOn, free, queued: (n: number) => vi.waitFor(() => expect(door.waiting).toBe(n)) }
}

export function admissionLaws(framework: Framework): void {
  describe('admission', () => {
    it('lets one wait until a place is free, and its handler finds all as it was', async () => {
      const seen: unknown[] = []
      const below = dependency('below', { peer, inherit: true }).operation('read', { effect: 'read' })
      const { url, door, working, goOn, queued, free, records } = await busy(
        framework,
        {},
        async (context, body) => {
          const text = await body()
          seen.push([text.length, context.caller, context.signal.aborted])
          seen.push(peer.readContext(await below.run(async ({ headers }) => headers['retry-context'] ?? ''))?.owner)
          return { status: 201, headers: { location: '/r/1' }, body: text }
        },
        { inherit: true },
      )
      const headers = { ...TEXT, 'Retry-Context': 'caller="a", owner="o"' }
      const waiting = ask(url, { method: 'POST', headers, body: 'x'.repeat(100_000) })
      await queued(1)
      expect(seen).toEqual([])
      goOn.open()
      expect((await working).body).toBe('the first')
      expect(await waiting).toMatchObject({ status: 201, headers: { location: '/r/1' }, body: 'x'.repeat(100_000) })
      expect(seen).toEqual([[100_000, 'a', false], 'o'])
      await free()
      await vi.waitFor(() => expect(records).toHaveLength(2))
      expect(records[0]).toMatchObject({ queued: 0 })
      expect(records[1]?.queued).toBeGreaterThan(0)
      expect(door.load).toBe(0)
    })

    it('refuses before any work what would wait too long, and says when to come back', async () => {
      const { url, working, goOn, free, ran, metric, records } = await busy(framework, { wait: 0 })
      const refused = await ask(url, { method: 'POST', headers: { ...TEXT, ...PEER }, body: 'one box' })
      expect(refused).toMatchObject({ status: 503, headers: { 'content-type': 'application/problem+json' } })
      const problem = JSON.parse(refused.body) as { type: string; retryIn: number }
      expect(problem.type).toBe('urn:truce:problem:no-room')
      const pushback = peer.read(refused.headers['retry-pushback'] as string)
      expect(pushback).toMatchObject({ applied: false, reason: 'overloaded', scope: 'service', load: 1, backlog: 0 })
      expect(pushback?.slot).toBe(problem.retryIn)
      expect(Number(refused.headers['retry-after'])).toBe(Math.ceil(problem.retryIn / 1_000))
      goOn.open()
      await working
      await free()
      expect([ran(), metric('admission_refused_total')]).toEqual([1, 1])
      expect(records[0]).toMatchObject({ outcome: 'refused', certainty: 'not-applied', call: 'c' })
      expect((await ask(url)).body).toBe('done')
    })

    it('tells strangers in whole seconds, and nothing of its load', async () => {
      const { url, working, goOn } = await busy(framework, { wait: 0 }, undefined, { peers: () => undefined })
      const refused = await ask(url, { headers: PEER })
      expect(refused.status).toBe(503)
      expect(refused.headers['retry-after']).toMatch(/^\d+$/)
      expect(refused.headers).not.toHaveProperty('retry-pushback')
      goOn.open()
      expect((await working).headers).not.toHaveProperty('retry-pushback')
      expect((await ask(url, { headers: PEER })).headers).not.toHaveProperty('retry-pushback')
    })

    it('tells peers its load with every answer, once, and what there is to say besides', async () => {
      const { url, working, goOn, free } = await busy(framework, {}, async (context) => {
        if (context.attempt === 1) return { status: 204 }
        if (context.attempt === 2) return { body: chunks(3) }
        context.spent()
        return { status: 503 }
      })
      goOn.open()
      for (const [answer, said] of [
        [await working, {}],
        [await ask(url, { headers: PEER }), {}],
        [await ask(url, { headers: { 'Retry-Context': 'attempt=2' } }), {}],
        [await ask(url, { headers: { 'Retry-Context': 'attempt=3' } }), { reason: 'exhausted' }],
        [await ask(url, { headers: { ...PEER, 'Idempotency-Key': 'k' } }), {}],
        [await ask(url, { headers: { ...PEER, 'Idempotency-Key': 'k' } }), {}],
        [await ask(url, { headers: { ...PEER, 'Idempotency-Key': 'a, b' } }), {}],
        [await ask(url, { headers: { 'Retry-Context': 'deadline=0' } }), { applied: false }],
      ] as const) {
        const field = answer.headers['retry-pushback']
        expect(typeof field).toBe('string')
        expect(peer.read(field as string)).toMatchObject({ ...said, backlog: 0, load: expect.any(Number) })
        expect((field as string).match(/load=/g)).toHaveLength(1)
      }
      await free()
    })

    it('forgets one whose caller leaves while it waits: its handler never runs', async () => {
      const { url, working, goOn, free, queued, ran, records } = await busy(framework, { wait: '1h' })
      const leaving = send(url, { headers: { 'Retry-Context': 'call="left"' } })
      await queued(1)
      leaving.destroy()
      await queued(0)
      goOn.open()
      await working
      await free()
      expect(ran()).toBe(1)
      await vi.waitFor(() => expect(records.find(({ call }) => call === 'left')?.outcome).toBe('refused'))
    })

    it('claims no key before its turn', async () => {
      const { url, working, goOn, queued, free, keys } = await busy(framework, {}, () => ({ body: 'reserved' }))
      const headers = { ...TEXT, 'Idempotency-Key': 'k' }
      const waiting = ask(url, { method: 'POST', headers, body: 'one box' })
      await queued(1)
      expect(keys.log).toEqual([])
      goOn.open()
      await working
      expect(await waiting).toMatchObject({ status: 200, body: 'reserved' })
      await free()
      expect(keys.log).toEqual(['begin k', 'end k 200 8'])
      expect((await ask(url, { method: 'POST', headers, body: 'one box' })).headers).not.toHaveProperty('retry-after')
      await free()
    })

    it('has its place back whatever becomes of the work', async () => {
      vi.spyOn(console, 'error').mockImplementation(() => {})
      let leave = (): void => {}
      const { url, door, working, goOn, free } = await busy(framework, {}, async (context) => {
        if (context.attempt === 1) throw new Error('a fault of the handler')
        if (context.attempt === 2) context.abort(new Error('stop'))
        if (context.attempt === 4) {
          leave()
          await vi.waitFor(() => expect(context.signal.aborted).toBe(true))
        }
        return { status: context.attempt === 3 ? 500 : 200 }
      })
      goOn.open()
      await working
      for (const attempt of [1, 2, 3]) await ask(url, { headers: { 'Retry-Context': `attempt=${attempt}` } })
      await free()
      const leaving = send(url, { headers: { 'Retry-Context': 'attempt=4' } })
      leave = () => leaving.destroy()
      await vi.waitFor(() => expect(door.inFlight).toBe(1))
      await free()
      expect((await ask(url, { headers: { 'Retry-Context': 'attempt=5' } })).status).toBe(200)
    })

    it('drains: what is new is refused, what was accepted is answered, what waits too', async () => {
      const { url, door, working, goOn, queued, ran } = await busy(framework, { wait: '1h' })
      const agent = new Agent({ keepAlive: true })
      const waiting = ask(url, { agent })
      await queued(1)
      let drained = false
      const draining = door.drain().then(() => (drained = true))
      const refused = await ask(url, { headers: PEER })
      expect(refused.status).toBe(503)
      expect(JSON.parse(refused.body)).toMatchObject({ type: 'urn:truce:problem:draining' })
      expect(peer.read(refused.headers['retry-pushback'] as string)).toMatchObject({
        reason: 'draining',
        scope: 'host',
        applied: false,
      })
      expect(drained).toBe(false)
      goOn.open()
      expect([(await working).body, (await waiting).body]).toEqual(['the first', 'done'])
      await draining
      expect([ran(), door.inFlight, door.waiting]).toEqual([2, 0, 0])
      agent.destroy()
    })
  })
}
