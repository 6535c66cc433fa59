import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Attempt, dependency, type DependencyOptions } from '../index.js'
import { countersOf } from '../telemetry/counters.js'
import { type Step, scriptedDependency, seeded, virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

const DOWN = Object.assign(new Error('refused, the same object every time'), { code: 'ECONNREFUSED' })

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>('ok', 'hang', { error: DOWN }, { status: 503 }),
  fc.integer({ min: 0, max: 90 }).map((after): Step => ({ error: DOWN, after })),
)
const call = fc.record({
  at: fc.integer({ min: 0, max: 150 }),
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
  /** Calls of the lower layer that one attempt of the upper makes at once. */
  fan: fc.integer({ min: 1, max: 3 }),
  abortAfter: fc.option(fc.integer({ min: 0, max: 150 }), { nil: undefined }),
})
const scenario = fc.record({
  calls: fc.array(call, { minLength: 1, maxLength: 8 }),
  limits: fc.tuple(fc.constantFrom('none', 1, 3), fc.constantFrom('none', 1, 3)),
  inherit: fc.boolean(),
  seed: fc.nat(),
})

let serial = 0

it('two layers, whatever fails or leaves: all is given back, and nothing is sent for an attempt that was given up', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ calls, limits, inherit, seed }) => {
      const time = virtualTime()
      const names = [`upper-${serial}`, `lower-${serial++}`]
      const layers = names.map((name, n) => {
        const options = {
          clock: time.clock,
          random: seeded(seed + n),
          inherit,
          concurrency: limits[n],
          governor: 'none',
        }
        return dependency(name, options as DependencyOptions)
      })
      const rules = { effect: 'read', attempts: 3, backoff: { initial: 10 } } as const
      const [upper, lower] = layers.map((layer, n) =>
        layer.operation('call', { ...rules, attemptTimeout: n === 0 ? 150 : 60, deadline: 600 }),
      )
      const signals: AbortSignal[] = []
      let sent = 0
      let late = 0

      const ends = calls.map(async ({ at, steps, fan, abortAfter }) => {
        await new Promise<void>((resolve) => time.clock.alarm(at, resolve))
        const controller = new AbortController()
        signals.push(controller.signal)
        if (abortAfter !== undefined) time.clock.alarm(abortAfter, () => controller.abort('left'))
        const script = scriptedDependency<Step>(steps, { clock: time.clock })
        const below = (context: Attempt) =>
          lower?.run<unknown>(
            (attempt) => {
              sent++
              if (context.signal.aborted) late++
              return script.attempt(attempt)
            },
            inherit ? {} : { context },
          )
        const fanned = (context: Attempt) => Promise.all(Array.from({ length: fan }, () => below(context)))
        return upper?.outcome<unknown>(fanned, { signal: controller.signal })
      })
      const outcomes = await time.run(Promise.all(ends))
      await time.runAll()

      for (const layer of layers) expect(layer.state()).toMatchObject({ inFlight: 0, waiting: 0 })
      expect(wheelOf(time.clock).size).toBe(0)
      for (const signal of signals) expect(getEventListeners(signal, 'abort')).toHaveLength(0)
      const [above, under] = names.map((name) => countersOf('', name, 'call', 'read'))
      expect([above?.inFlight, under?.inFlight]).toEqual([0, 0])
      expect(under?.attempts).toBe(sent)
      expect(late, 'sent for an attempt that was given up').toBe(0)
      for (const [n, outcome] of outcomes.entries()) {
        if (calls[n]?.abortAfter === undefined) expect(outcome?.stop).not.toBe('aborted')
      }
    }),
    { numRuns: 150 },
  )
}, 60_000)
