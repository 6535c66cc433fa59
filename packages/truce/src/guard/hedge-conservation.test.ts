import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { type Attempt, dependency, type DependencyOptions } from '../index.js'
import { Budget } from '../policy/budget.js'
import { attempts as attemptRecords } from '../telemetry/events.js'
import { countersOf } from '../telemetry/counters.js'
import type { AttemptRecord } from '../telemetry/record.js'
import { type Step, scriptedDependency, seeded, virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

afterEach(() => vi.restoreAllMocks())

const DOWN = () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const ms = fc.integer({ min: 0, max: 120 })

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>('ok', 'hang', 'hang', { status: 503 }, { status: 404 }),
  ms.map((after): Step => ({ after })),
  ms.map((after): Step => ({ error: DOWN(), after })),
  ms.map((after): Step => ({ status: 404, after })),
)

const call = fc.record({
  at: fc.integer({ min: 0, max: 300 }),
  steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  /** The caller leaves: alone, with all who share the signal, or from inside the function. */
  leaves: fc.constantFrom('never', 'never', 'alone', 'together', 'inside', 'when overtaken'),
  after: ms,
  deadline: fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined }),
  background: fc.boolean(),
})

const anyOptions = fc.record({
  concurrency: fc.constantFrom(undefined, 1, { limit: 2, queue: 0 }, { limit: 3, queue: 50 }, 'adaptive', {
    limit: 'adaptive',
    min: 1,
    max: 4,
    initial: 2,
    queue: 50,
  }),
  budget: fc.constantFrom(undefined, 'none', { ratio: 1, floor: 2 }),
  breaker: fc.constantFrom(
    undefined,
    'none',
    { kind: 'consecutive', failures: 2, cooldown: 30 },
    { kind: 'count', size: 6, minimumCalls: 3, failureRate: 0.3, openRate: 0.9, cooldown: 30 },
  ),
  governor: fc.constantFrom(undefined, 'none'),
}) as fc.Arbitrary<DependencyOptions>

let serial = 0

it('whatever a hedged call meets, everything held is given back exactly once, and every attempt is told of once', async () => {
  const pay = vi.spyOn(Budget.prototype, 'pay')
  const takeBack = vi.spyOn(Budget.prototype, 'takeBack')
  const scenario = fc.record({
    options: anyOptions,
    hedge: fc.record({ after: fc.integer({ min: 1, max: 59 }), max: fc.integer({ min: 1, max: 3 }) }),
    attempts: fc.integer({ min: 2, max: 5 }),
    calls: fc.array(call, { minLength: 1, maxLength: 10 }),
    seed: fc.nat(),
  })
  let hedged = 0
  await fc.assert(
    fc.asyncProperty(scenario, async ({ options, hedge, attempts, calls, seed }) => {
      pay.mockClear()
      takeBack.mockClear()
      const time = virtualTime()
      const name = `hedge-conservation-${serial++}`
      const guarded = dependency(name, { clock: time.clock, random: seeded(seed), ...options })
      const operation = guarded.operation('call', {
        effect: 'read',
        attempts,
        attemptTimeout: 60,
        deadline: 3_000,
        backoff: { initial: 10 },
        hedge,
      })
      const counters = countersOf('', name, 'call', 'read')
      const together = new AbortController()
      const alone: AbortController[] = []
      const records = new Map<string, AttemptRecord[]>()
      const off = attemptRecords.on((record) => {
        if (record.cause !== 'state') records.set(record.call, [...(records.get(record.call) ?? []), record])
      })
      let invoked = 0
      let late = 0

      const outcomes = calls.map(async ({ at, steps, leaves, after, deadline, background }) => {
        await new Promise<void>((resolve) => time.clock.alarm(at, resolve))
        const controller = leaves === 'together' ? together : new AbortController()
        alone.push(controller)
        if (leaves === 'alone' || leaves === 'together') time.clock.alarm(after, () => controller.abort('left'))
        const script = scriptedDependency<Step>(steps, { clock: time.clock })
        const fn = (attempt: Attempt) => {
          invoked++
          if (controller.signal.aborted) late++
          if (leaves === 'inside' && attempt.attempt === 2) controller.abort('inside')
          if (leaves === 'when overtaken') attempt.signal.addEventListener('abort', () => controller.abort('overtaken'))
          return script.attempt(attempt)
        }
        return operation.outcome<unknown>(fn, {
          signal: controller.signal,
          ...(deadline !== undefined && { deadline }),
          ...(background && { urgency: 'background' }),
        })
      })
      const ends = await time.run(Promise.all(outcomes))
      await time.runAll()
      off()

      expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
      expect(wheelOf(time.clock).size).toBe(0)
      for (const { signal } of alone) expect(getEventListeners(signal, 'abort')).toHaveLength(0)
      expect(counters.inFlight).toBe(0)
      expect(counters.calls).toBe(calls.length)
      expect(counters.attempts).toBe(invoked)
      expect(late, 'attempts after the abort').toBe(0)
      expect(ends.reduce((sum, end) => sum + end.attempts, 0)).toBe(invoked)
      for (const end of ends) expect(end.attempts).toBeLessThanOrEqual(attempts)
      const originals = ends.filter((end) => end.attempts > 0).length
      expect(counters.retryAttempts + counters.hedges).toBe(invoked - originals)
      hedged += counters.hedges

      expect(records.size).toBe(calls.length)
      for (const told of records.values()) {
        const stops = told.map(({ stop }) => stop !== undefined)
        expect(stops, 'one stop a call, on its last record').toEqual(stops.map((_, n) => n === stops.length - 1))
        const made = told.filter(({ cause, attempt }) => cause !== 'end' && attempt > 0).map(({ attempt }) => attempt)
        expect(
          made.toSorted((one, other) => one - other),
          'each attempt once',
        ).toEqual(made.map((_, n) => n + 1))
      }
      const made = [...records.values()].flat().filter(({ cause, attempt }) => cause !== 'end' && attempt > 0)
      expect(made).toHaveLength(invoked)

      const paid = pay.mock.results.filter(({ value }) => value !== 0).length
      const back = takeBack.mock.calls.filter(([payment]) => payment !== 0).length
      const extra = counters.retryAttempts + counters.hedges
      if (options.budget !== 'none') {
        expect(paid - back, 'what was paid was spent or given back').toBeLessThanOrEqual(extra)
        if (calls.every(({ background }) => !background)) expect(paid - back).toBe(extra)
      }

      // No permit of the breaker and no slot is lost: sooner or later it lets one through and closes.
      let served = false
      for (let tries = 0; tries < 200 && !served; tries++) {
        await time.advance(100)
        served = (await time.run(operation.outcome(() => 'served'))).ok
      }
      expect(served).toBe(true)
    }),
    { numRuns: 200 },
  )
  expect(hedged, 'the scripts do hedge').toBeGreaterThan(100)
}, 60_000)
