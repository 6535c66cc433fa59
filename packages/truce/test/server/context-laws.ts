/**
 * Context laws: who is believed, until when is worked, and what callers are told.
 *
 * @module
 */
import { once } from 'node:events'
import { dependency, isTruceError, OverloadedError } from 'truce'
import { peer } from 'truce/peer'
import type { RequestContext } from 'truce/server'
import { describe, expect, it, test, vi } from 'vitest'
import { ask, send } from './ask.js'
import type { Framework } from './framework.js'
import { world } from './world.js'

const told =
  'call="c1", attempt=2, deadline=5000, urgency=background, caller="order-api", contract=4, owner="o";business="b"'

/** What of a context can be compared. */
const facts = ({ call, attempt, caller, urgency, contract, owner, endsAt, began }: RequestContext) => ({
  call,
  attempt,
  caller,
  urgency,
  contract,
  owner,
  left: Math.round(endsAt - began),
})

export function contextLaws(framework: Framework): void {
  describe('context', () => {
    it('is what a known peer says, and the guards inside inherit it by hand', async () => {
      const seen: object[] = []
      const { url } = await world(framework, { peers: 'all' }, async (context) => {
        seen.push(facts(context))
        const stock = dependency('stock', { service: 'inventory', peer }).operation('read', { effect: 'read' })
        const below = await stock.run(async ({ headers }) => headers['retry-context'] ?? '', { context })
        seen.push(peer.readContext(below) as object)
        return { body: 'done' }
      })
      expect(await ask(url, { headers: { 'Retry-Context': told } })).toMatchObject({ status: 200, body: 'done' })
      expect(seen[0]).toEqual({
        call: 'c1',
        attempt: 2,
        caller: 'order-api',
        urgency: 'background',
        contract: 4,
        owner: { transient: 'o', business: 'b' },
        left: 5_000,
      })
      expect(seen[1]).toMatchObject({ owner: 'o', businessOwner: 'b', caller: 'inventory' })
      expect((seen[1] as { deadline: number }).deadline).toBeLessThanOrEqual(5_000)
    })

    it('is found by guards that inherit, also after the body was read', async () => {
      const seen: (object | undefined)[] = []
      const guarded = dependency('below', { peer, inherit: true }).operation('read', { effect: 'read' })
      const { url, records } = await world(framework, { peers: 'all', inherit: true }, async (_context, body) => {
        await body()
        const field = await guarded.run(async ({ headers }) => headers['retry-context'] ?? '')
        seen.push(peer.readContext(field))
        return {}
      })
      await ask(url, {
        method: 'POST',
        body: 'x'.repeat(100),
        headers: { 'Retry-Context': told, 'Content-Type': 'text/plain' },
      })
      expect(seen).toEqual([expect.objectContaining({ owner: 'o', businessOwner: 'b' })])
      await vi.waitFor(() => expect(records).toHaveLength(1))
    })

    it('of a stranger is nothing', async () => {
      const seen: object[] = []
      const peers = (incoming: { header(name: string): string | undefined }) =>
        incoming.header('authorization') === 'Bearer orders' ? 'order-api' : undefined
      const { url } = await world(framework, { peers, operation: { deadline: 700 } }, (context) => {
        seen.push(facts(context))
        return {}
      })
      await ask(url, { headers: { 'Retry-Context': told } })
      await ask(url, { headers: { 'Retry-Context': told, Authorization: 'Bearer pretender' } })
      const stranger = {
        attempt: 1,
        caller: undefined,
        urgency: 'interactive',
        contract: undefined,
        owner: undefined,
        left: 700,
      }
      expect(seen).toEqual([expect.objectContaining(stranger), expect.objectContaining(stranger)])
      // Whom it was found to be counts, whatever name the field gives.
      await ask(url, { headers: { 'Retry-Context': 'caller="bank", deadline=9000', Authorization: 'Bearer orders' } })
      expect(seen[2]).toMatchObject({ caller: 'order-api', left: 700 })
    })

    test.each([
      ['garbage', '}{"retry":', {}],
      ['a number for a call', 'call=1, attempt=3', { attempt: 3 }],
      ['attempts below one', 'attempt=-1', { attempt: 1 }],
      ['attempts that are none', 'attempt=?1', { attempt: 1 }],
      ['a deadline that is no time', 'deadline=soon', { left: 700 }],
      ['a deadline of years', 'deadline=999999999999999', { left: 700 }],
      ['a negative deadline', 'deadline=-5', { left: 700 }],
      ['a field of 8 kB', `caller="${'x'.repeat(8_000)}"`, { caller: undefined }],
    ])('%s does no harm', async (_, field, expected) => {
      const seen: object[] = []
      const { url } = await world(framework, { peers: 'all', operation: { deadline: 700 } }, (context) => {
        seen.push(facts(context))
        return {}
      })
      expect((await ask(url, { headers: { 'Retry-Context': field } })).status).toBe(200)
      expect(seen).toEqual([expect.objectContaining({ attempt: 1, urgency: 'interactive', ...expected })])
    })

    it('a field of 2 MB and a flood of headers are refused by Node before they come here', async () => {
      const { url, ran, idle } = await world(framework, { peers: 'all' }, () => ({}))
      const flood = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`x-${n}`, 'y']))
      for (const headers of [{ 'Retry-Context': 'x'.repeat(2 ** 21) }, flood]) {
        const answer = await ask(url, { headers }).catch((error: NodeJS.ErrnoException) => ({ status: error.code }))
        expect([431, 'ECONNRESET', 'EPIPE']).toContain(answer.status)
      }
      expect(
        (await ask(url, { headers: { 'Retry-Context': Array.from({ length: 200 }, () => 'attempt=2').join(', ') } }))
          .status,
      ).toBe(200)
      await idle()
      expect(ran()).toBe(1)
    })
  })

  describe('deadline', () => {
    test.each([
      ['the caller gives up first', 400, 400],
      ['the operation stops first', 60_000, 2_000],
    ])('%s', async (_, deadline, left) => {
      const seen: number[] = []
      const { url } = await world(framework, { peers: 'all', operation: { deadline: '2s' } }, (context) => {
        seen.push(Math.round(context.endsAt - context.began))
        return {}
      })
      await ask(url, { headers: { 'Retry-Context': `deadline=${deadline}` } })
      expect(seen).toEqual([left])
    })

    it('that has passed refuses the request before any work, and says that nothing was applied', async () => {
      const { url, ran, metric, records } = await world(
        framework,
        { peers: 'all', operation: { least: 20 } },
        () => ({}),
      )
      const headers = {
        'Retry-Context': 'call="late", attempt=3, deadline=20',
        'Idempotency-Key': 'k',
        'Content-Type': 'text/plain',
      }
      const answer = await ask(url, { method: 'POST', headers, body: 'x' })
      expect(answer).toMatchObject({ status: 504, headers: { 'content-type': 'application/problem+json' } })
      expect(JSON.parse(answer.body)).toMatchObject({ type: 'urn:truce:problem:deadline-passed', status: 504 })
      expect(peer.read(answer.headers['retry-pushback'] as string)).toEqual({ applied: false })
      expect([ran(), metric('admission_refused_total')]).toEqual([0, 1])
      expect(records).toEqual([
        expect.objectContaining({
          side: 'server',
          call: 'late',
          attempt: 3,
          outcome: 'refused',
          certainty: 'not-applied',
        }),
      ])
    })

    it.each(framework.parsesFirst ? [] : ['without reading the body'])('refuses %s', async () => {
      const { url } = await world(framework, { peers: 'all' }, () => ({}))
      const headers = { 'Retry-Context': 'deadline=0', 'Content-Length': '100' }
      const going = send(url, { method: 'POST', headers })
      const [answer] = (await once(going, 'response')) as [{ statusCode: number; resume(): void }]
      expect(answer.statusCode).toBe(504)
      answer.resume()
      going.destroy()
    })

    it('aborts the signal, and what was worked past it is counted', async () => {
      const reasons: unknown[] = []
      const { url, idle, metric } = await world(framework, { operation: { deadline: 30 } }, async ({ signal }) => {
        await once(signal, 'abort')
        reasons.push(signal.reason)
        await new Promise((resolve) => setTimeout(resolve, 20))
        return {}
      })
      await ask(url)
      await idle()
      expect(reasons).toEqual([expect.objectContaining({ code: 'TRUCE_DEADLINE' })])
      expect(metric('abandoned_work_seconds_total')).toBeGreaterThan(0.01)
    })
  })

  describe('a caller that leaves', () => {
    it('aborts the signal and every guard below; work that goes on is counted', async () => {
      const reasons: unknown[] = []
      let began = (): void => {}
      const running = new Promise<void>((resolve) => (began = resolve))
      let stopped = (): void => {}
      const over = new Promise<void>((resolve) => (stopped = resolve))
      const stock = dependency('stock').operation('read', { effect: 'read' })
      const { url, idle, metric } = await world(framework, {}, async (context) => {
        const { signal } = context
        began()
        await stock.run(({ signal: below }) => once(below, 'abort'), { context }).catch((error) => reasons.push(error))
        reasons.push(signal.reason)
        await new Promise((resolve) => setTimeout(resolve, 20))
        stopped()
        return { body: 'too late' }
      })
      const going = send(url)
      await running
      going.destroy()
      await over
      await idle()
      expect(reasons.every((reason) => isTruceError(reason) && reason.code === 'TRUCE_CALLER_LEFT')).toBe(true)
      expect(reasons).toHaveLength(2)
      await vi.waitFor(() => expect(metric('abandoned_work_seconds_total')).toBeGreaterThan(0.01))
    })
  })

  describe('exhaustion below', () => {
    const scene = (context: RequestContext) => {
      const stock = dependency('stock', { budget: 'none' }).operation('read', {
        effect: 'read',
        attempts: 2,
        backoff: 'none',
      })
      return stock.run(() => Promise.reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' })), { context })
    }

    it('is marked on the answer to a peer, and not to a stranger', async () => {
      for (const [options, marked] of [
        [{ peers: 'all' }, true],
        [{ peers: () => undefined }, false],
      ] as const) {
        const { url } = await world(framework, options, async (context) => {
          await scene(context)
          return {}
        })
        const answer = await ask(url)
        expect(answer.status).toBe(503)
        expect(JSON.parse(answer.body)).toMatchObject({ type: 'urn:truce:problem:dependency-unavailable' })
        const field = answer.headers['retry-pushback'] as string | undefined
        expect(field && peer.read(field)).toEqual(marked ? { reason: 'exhausted' } : undefined)
      }
    })

    it('is marked on a failing answer that the handler makes itself, and not on a good one', async () => {
      const { url } = await world(framework, { peers: 'all' }, async (context) => {
        await scene(context).catch(() => {})
        return { status: context.attempt === 1 ? 502 : 200, body: 'made up for' }
      })
      const failed = await ask(url, { headers: { 'Retry-Context': 'attempt=1' } })
      expect(failed).toMatchObject({
        status: 502,
        headers: { 'retry-pushback': 'reason=exhausted' },
        body: 'made up for',
      })
      const good = await ask(url, { headers: { 'Retry-Context': 'attempt=2' } })
      expect(good.status).toBe(200)
      expect(good.headers).not.toHaveProperty('retry-pushback')
    })
  })

  describe('errors', () => {
    it('of Truce become problems', async () => {
      const { url } = await world(framework, {}, () => {
        throw new OverloadedError({ dependency: 'stock', operation: 'read', stop: 'concurrency', retryIn: 1_200 })
      })
      const answer = await ask(url)
      expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' } })
      expect(JSON.parse(answer.body)).toMatchObject({ type: 'urn:truce:problem:overloaded', retryIn: 1_200 })
    })

    it('of others stay the framework’s', async () => {
      vi.spyOn(console, 'error').mockImplementation(() => {})
      const { url, idle } = await world(framework, {}, async () => {
        await Promise.resolve()
        throw new Error('a fault of the handler')
      })
      const answer = await ask(url)
      expect(answer.status).toBe(framework.unknownError)
      expect(answer.headers['content-type'] ?? '').not.toContain('problem')
      await idle()
    })
  })

  test('a record has the call and the attempt of the caller’s own', async () => {
    const { url, records, idle, metric } = await world(framework, { peers: 'all' }, (context) => ({
      status: context.attempt === 1 ? 200 : 500,
    }))
    const orders = dependency('inventory', { service: 'order-api', peer }).operation('reserve', {
      effect: 'read',
      attempts: 1,
    })
    await orders.run(async ({ headers }) => ask(url, { headers }))
    await ask(url, { headers: { 'Retry-Context': 'call="c9", attempt=2, deadline=900' } })
    await idle()
    await vi.waitFor(() => expect(records).toHaveLength(2))
    expect(records[0]).toMatchObject({
      side: 'server',
      operation: 'reserve',
      attempt: 1,
      cause: 'original',
      outcome: 'ok',
      certainty: 'applied',
    })
    expect(records[1]).toMatchObject({
      call: 'c9',
      attempt: 2,
      cause: 'retry',
      outcome: 'internal',
      certainty: 'unknown',
      timeout: expect.closeTo(900),
    })
    expect(metric('requests_total')).toBe(2)
  })
}
