import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { peer } from '../peer/index.js'
import { events } from '../telemetry/events.js'
import type { AttemptRecord } from '../telemetry/record.js'
import { virtualTime } from '../testing/index.js'
import type { KeyedRun } from './feature.js'
import type { Incoming } from './incoming.js'
import { service } from './service.js'
import type { ServiceOptions } from './settings.js'

const incoming = (headers: Readonly<Record<string, string>> = {}): Incoming => ({
  method: 'POST',
  url: '/',
  header: (name) => headers[name],
  payload: () => null,
  raw: undefined,
})

let services = 0

function scene(options: ServiceOptions = {}, served: object = {}) {
  const time = virtualTime()
  const name = `visits-${++services}`
  const operation = service(name, { clock: time.clock, ...options }).operation('reserve', {
    effect: 'write',
    ...served,
  })
  const records: AttemptRecord[] = []
  onTestFinished(events.on('attempt', (record) => record.service === name && records.push(record)))
  return { time, operation, records, counters: operation.counters }
}

describe('a visit', () => {
  it('is counted while it lasts, and ends once', () => {
    const { operation, counters, records } = scene()
    const visit = operation.receive(incoming())
    expect(counters).toMatchObject({ requests: 1, inFlight: 1 })
    visit.ended(200)
    visit.ended(500)
    expect(counters).toMatchObject({ requests: 1, inFlight: 0, abandonedMs: 0 })
    expect(records).toHaveLength(1)
  })

  it('refuses what has less than the least time, and that is recorded as refused', () => {
    const { operation, counters, records } = scene({ peer, peers: 'all' }, { least: 50 })
    const late = operation.receive(incoming({ 'retry-context': 'call="a", attempt=2, deadline=50' }))
    expect(late.refusal).toMatchObject({ reason: 'deadline', answer: { status: 504 } })
    expect(late.headers(504)).toEqual([['retry-pushback', 'applied=?0']])
    late.ended(504)
    expect(counters.refused.deadline).toBe(1)
    expect(records[0]).toMatchObject({
      call: 'a',
      attempt: 2,
      cause: 'retry',
      outcome: 'refused',
      certainty: 'not-applied',
    })
    expect(operation.receive(incoming({ 'retry-context': 'deadline=51' })).refusal).toBeUndefined()
  })

  it('counts what was worked on past the deadline, and past the caller', async () => {
    const { operation, counters, time } = scene({}, { deadline: 100 })
    const slow = operation.receive(incoming())
    const left = operation.receive(incoming())
    await time.advance(40)
    left.left()
    left.left()
    expect(counters.inFlight).toBe(1) // nobody waits for the other
    await time.advance(90)
    slow.ended(200)
    left.ended(200)
    expect(counters).toMatchObject({ inFlight: 0, abandonedMs: 30 + 90 })
  })

  it('ends its context when the caller leaves, but not once a key is claimed', async () => {
    const run = { largest: 1, replayed: false, begin: async () => undefined } as unknown as KeyedRun
    const idempotency = { operation: () => ({ receive: () => run }) }
    const { operation, counters } = scene({ idempotency } as never, { idempotency: {} })
    const early = operation.receive(incoming())
    early.left()
    expect(early.context.signal.reason).toMatchObject({ code: 'TRUCE_CALLER_LEFT' })
    const visit = operation.receive(incoming())
    await visit.begin(run)
    visit.left()
    expect([visit.context.signal.aborted, counters.inFlight]).toEqual([false, 1])
    visit.ended(200)
    expect(counters.inFlight).toBe(0)
  })

  it('tells peers alone that retries below were spent, and only with a transient failure', () => {
    for (const [peers, marked] of [['all', true] as const, [() => undefined, false] as const]) {
      const { operation } = scene({ peer, peers })
      const visit = operation.receive(incoming())
      expect(visit.headers(503)).toEqual([])
      visit.context.spent()
      expect([200, 404, 503].map((status) => visit.headers(status).length)).toEqual([0, 0, marked ? 1 : 0])
    }
  })

  it('takes a request for a stranger’s where peers() fails, with one warning', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { operation } = scene({
      peer,
      peers() {
        throw new Error('no such header')
      },
    })
    for (let n = 0; n < 2; n++) expect(operation.receive(incoming()).known).toBe(false)
    expect(warn).toHaveBeenCalledOnce()
    warn.mockRestore()
  })

  it.each([false, true])(
    'calls what comes next without a word: taken for an error, it ends the request (%s)',
    (inherit) => {
      const { operation } = scene({ inherit })
      const next = vi.fn<(...args: unknown[]) => void>()
      operation.receive(incoming()).run(next)
      expect(next).toHaveBeenCalledExactlyOnceWith()
    },
  )

  it('reads nothing that no feature asks for', () => {
    const header = vi.fn<() => undefined>()
    const { operation } = scene()
    operation.receive({ ...incoming(), header }).ended(200)
    expect(header).not.toHaveBeenCalled()
  })
})
