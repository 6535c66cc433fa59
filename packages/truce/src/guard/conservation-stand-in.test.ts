import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { type Attempt, dependency } from '../index.js'
import { attempts as attemptRecords } from '../telemetry/events.js'
import { countersOf } from '../telemetry/counters.js'
import type { AttemptRecord } from '../telemetry/record.js'
import { type Step, scriptedDependency, seeded, virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

const DOWN = () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const ms = fc.integer({ min: 0, max: 120 })

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>('ok', 'hang', { status: 503 }, { status: 404 }),
  ms.map((after): Step => ({ after })),
  ms.map((after): Step => ({ error: DOWN(), after })),
)
const call = fc.record({
  at: fc.integer({ min: 0, max: 400 }),
  steps: fc.array(step, { minLength: 1, maxLength: 5 }),
  leaves: fc.option(ms, { nil: undefined }),
  background: fc.boolean(),
  partition: fc.constantFrom('a', 'b', 'c'),
})
/** What a fallback does; `leaves`: it aborts its own caller and then never answers. */
const fallback = fc.constantFrom('gives', 'gives later', 'throws', 'hangs', 'leaves')
const word = fc.record({ at: fc.integer({ min: 0, max: 500 }), say: fc.constantFrom('isolate', 'close', 'restore') })

let serial = 0

it('hedges, stand-ins, partitions and operators together: each call ends once, and nothing is kept', async () => {
  // A fallback that fails is warned of once an operation.
  const warned = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
  const scenario = fc.record({
    calls: fc.array(call, { minLength: 1, maxLength: 12, size: 'max' }),
    fallbacks: fc.array(fallback, { minLength: 1, maxLength: 4 }),
    words: fc.array(word, { maxLength: 4 }),
    cached: fc.boolean(),
    degrades: fc.boolean(),
    limit: fc.constantFrom('none' as const, 1, { limit: 2, queue: 20 }),
    seed: fc.nat(),
  })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ calls, fallbacks, words, cached, degrades, limit, seed }) => {
      const time = virtualTime()
      const name = `conservation-stand-in-${serial++}`
      const guarded = dependency(name, {
        clock: time.clock,
        random: seeded(seed),
        concurrency: limit,
        partition: { by: 'tenant', max: 2 },
        breaker: { kind: 'consecutive', failures: 2, cooldown: 50 },
      })
      const controllers: AbortController[] = []
      let asked = 0
      const stand = (controller: AbortController | undefined): string | Promise<string> => {
        const does = fallbacks[asked++ % fallbacks.length]
        if (does === 'throws') throw new Error('no idea either')
        if (does === 'leaves') controller?.abort('from the fallback')
        if (does === 'gives later') return new Promise((give) => time.clock.alarm(30, () => give('substitute')))
        return does === 'gives' ? 'substitute' : new Promise(() => {})
      }
      let current: AbortController | undefined
      const operation = guarded.operation('call', {
        effect: 'read',
        attempts: 3,
        attemptTimeout: 60,
        deadline: 2_000,
        backoff: { initial: 10 },
        hedge: { after: 30 },
        fallback: () => stand(current),
        ...(cached && { exhausted: { cached: { maxAge: 100, key: ['id'] } } }),
        ...(degrades && { degradeWhen: { breaker: 'shedding', remaining: 500 } as const }),
      })
      const counters = countersOf('', name, 'call', 'read')
      const records: AttemptRecord[] = []
      const off = attemptRecords.on((record) => record.cause !== 'state' && records.push(record))
      for (const { at, say } of words) {
        const by = { who: 'ada', why: 'drill' }
        time.clock.alarm(at, () => {
          if (say === 'isolate') guarded.breaker.isolate(by)
          else if (say === 'close') guarded.breaker.forceClosed({ ...by, for: 50 })
          else guarded.breaker.restore()
        })
      }
      // In the end somebody takes the word back, and whoever hangs leaves.
      time.clock.alarm(1_000, () => guarded.breaker.restore())
      let invoked = 0
      const ends = calls.map(async ({ at, steps, leaves, background, partition }, n) => {
        await new Promise<void>((resolve) => time.clock.alarm(at, resolve))
        const controller = new AbortController()
        controllers.push(controller)
        time.clock.alarm(leaves ?? 5_000, () => controller.abort('left'))
        const script = scriptedDependency<Step>(steps, { clock: time.clock })
        const fn = (attempt: Attempt) => {
          invoked++
          current = controller
          return script.attempt(attempt)
        }
        return operation.outcome<unknown>(fn, {
          signal: controller.signal,
          partition,
          ...(cached && { cacheKey: { id: n % 2 } }),
          ...(background && { urgency: 'background' }),
        })
      })
      const outcomes = await time.run(Promise.all(ends))
      await time.runAll()
      off()

      expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
      expect(wheelOf(time.clock).size).toBe(0)
      for (const { signal } of controllers) expect(getEventListeners(signal, 'abort')).toHaveLength(0)
      expect(counters).toMatchObject({ inFlight: 0, calls: calls.length, attempts: invoked })
      const sources = (source: string) => outcomes.filter((outcome) => outcome.source === source).length
      expect([counters.cacheUsed, counters.fallbackUsed]).toEqual([sources('cache'), sources('fallback')])
      const last = records.filter(({ stop }) => stop)
      expect(last).toHaveLength(calls.length)
      expect(last.map(({ source }) => source).filter((source) => source === 'fallback')).toHaveLength(
        sources('fallback'),
      )
      const made = records.filter(({ cause, attempt }) => cause !== 'end' && attempt > 0)
      expect(new Set(made.map((record) => `${record.call}#${record.attempt}`)).size).toBe(invoked)
      expect(made).toHaveLength(invoked)
      for (const { stop, source, ok } of outcomes) {
        if (source !== 'live') expect([stop, ok]).not.toEqual(['ok', true])
        if (stop === 'permanent' || stop === 'aborted') expect([source, ok]).toEqual(['live', false])
      }
    }),
    { numRuns: 200 },
  )
  warned.mockRestore()
}, 60_000)
