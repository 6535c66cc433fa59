import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { type Attempt, dependency, type DependencyOptions } from '../index.js'
import { Budget } from '../policy/budget.js'
import { attempts as attemptRecords } from '../telemetry/events.js'
import { countersOf } from '../telemetry/counters.js'
import { type Step, scriptedDependency, seeded, virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

afterEach(() => vi.restoreAllMocks())

const DOWN = () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const ms = fc.integer({ min: 0, max: 120 })

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>('ok', 'hang', { status: 503 }, { status: 404 }),
  ms.map((after): Step => ({ after })),
  ms.map((after): Step => ({ error: DOWN(), after })),
  fc.constant<Step>({ error: DOWN() }),
)

const call = fc.record({
  at: fc.integer({ min: 0, max: 300 }),
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
  /** The caller leaves: alone, with all who share the signal, or from inside the function. */
  leaves: fc.constantFrom('never', 'never', 'alone', 'together', 'inside'),
  after: ms,
  deadline: fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined }),
  background: fc.boolean(),
})

const anyOptions: fc.Arbitrary<DependencyOptions> = fc.record({
  concurrency: fc.constantFrom(undefined, 1, { limit: 2, queue: 0 }, { limit: 2, queue: 50 }),
  budget: fc.constantFrom(undefined, 'none' as const, { ratio: 1, floor: 2 }),
  breaker: fc.constantFrom(
    undefined,
    'none' as const,
    { kind: 'consecutive' as const, failures: 2, cooldown: 30 },
    { kind: 'count' as const, size: 6, minimumCalls: 3, failureRate: 0.3, openRate: 0.9, cooldown: 30 },
  ),
  governor: fc.constantFrom(undefined, 'none' as const),
}) as fc.Arbitrary<DependencyOptions>

let serial = 0

it('whatever fails, hangs or leaves, everything held is given back exactly once', async () => {
  const pay = vi.spyOn(Budget.prototype, 'pay')
  const takeBack = vi.spyOn(Budget.prototype, 'takeBack')
  const scenario = fc.record({
    options: anyOptions,
    calls: fc.array(call, { minLength: 1, maxLength: 12, size: 'max' }),
    seed: fc.nat(),
  })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ options, calls, seed }) => {
      pay.mockClear()
      takeBack.mockClear()
      const time = virtualTime()
      const name = `conservation-${serial++}`
      const guarded = dependency(name, { clock: time.clock, random: seeded(seed), ...options })
      const operation = guarded.operation('call', {
        effect: 'read',
        attempts: 3,
        attemptTimeout: 60,
        deadline: 3_000,
        backoff: { initial: 10 },
      })
      const counters = countersOf('', name, 'call', 'read')
      const together = new AbortController()
      const alone: AbortController[] = []
      const stops = new Map<string, number>()
      const off = attemptRecords.on((record) => {
        if (record.stop) stops.set(record.call, (stops.get(record.call) ?? 0) + 1)
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
      expect(ends.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(invoked)
      expect([...stops.values()], 'one stop a call').toEqual(calls.map(() => 1))
      const originals = ends.filter(({ attempts }) => attempts > 0).length
      expect(counters.retryAttempts).toBe(invoked - originals)
      const paid = pay.mock.results.filter(({ value }) => value !== 0).length
      const back = takeBack.mock.calls.filter(([payment]) => payment !== 0).length
      if (options.budget !== 'none') {
        expect(paid - back, 'what was paid was spent or given back').toBeLessThanOrEqual(counters.retryAttempts)
        if (calls.every(({ background }) => !background)) expect(paid - back).toBe(counters.retryAttempts)
      }

      // No permit of the breaker is lost: sooner or later it lets one through and closes.
      let served = false
      for (let tries = 0; tries < 200 && !served; tries++) {
        await time.advance(100)
        served = (await time.run(operation.outcome(() => 'served'))).ok
      }
      expect(served).toBe(true)
    }),
    { numRuns: 150 },
  )
}, 60_000)
