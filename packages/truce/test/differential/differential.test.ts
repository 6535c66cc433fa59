/**
 * Differential: the guard under virtual time against the pure core driven without it.
 *
 * What a simulator finds out about `policy/` holds for services only if the guard asks the same
 * questions in the same order. So both run the same scripts, and everything is compared: starts,
 * waits, stop reasons, classes, and at every start what is left of budget, breaker, governor.
 *
 * Both draw from one seeded source a run, shared by all its calls, as in production. A constant source
 * would hide a draw too many or too few, one keyed by call and attempt would hide two swapped; here
 * either shifts all that follows, and the numbers drawn so far are compared at every start.
 *
 * Instants are the script's own, so that answers, arrivals and aborts never meet each other or a timer;
 * timers do meet, and then the oldest goes first on both sides. An answer in the very moment of its
 * timeout is not tried.
 *
 * The calls of `retry()` have a driver of their own, which is held to the same core.
 *
 * Left out: bulkhead, background calls, contexts of layers above, `observe`; the core does not drive
 * them, their order is the guard's own. Hedges: there are none.
 *
 * 1,000 scripts in a test run; `npm run differential` runs 10,000. A failure prints seed and path:
 * `TRUCE_DIFFERENTIAL_SEED` repeats a run.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { driven } from './driver.js'
import { guarded } from './guarded.js'
import { retried } from './retried.js'
import { retryScripts, type Script, scripts } from './script.js'
import type { Trace } from './trace.js'

const runs = Number(process.env['TRUCE_DIFFERENTIAL'] ?? 1_000)
const seed = process.env['TRUCE_DIFFERENTIAL_SEED']

const parameters = (numRuns: number) => ({ numRuns, ...(seed !== undefined && { seed: Number(seed) }) })

test(
  `guard and pure core do the same in ${runs} scripts`,
  async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        expect(await guarded(script)).toEqual(driven(script))
      }),
      parameters(runs),
    )
  },
  60_000 + runs * 100,
)

test(
  `the calls of retry() and pure core do the same in ${runs} scripts`,
  async () => {
    await fc.assert(
      fc.asyncProperty(retryScripts, async (script) => {
        expect(await retried(script)).toEqual(untoldWaits(driven(script)))
      }),
      parameters(runs),
    )
  },
  60_000 + runs * 100,
)

/** `retry()` tells nobody how long a call waited in all; the records of its attempts say it of each. */
function untoldWaits(trace: Trace): Trace {
  return { ...trace, calls: trace.calls.map((call) => call && { ...call, waited: 0 }) }
}

test('its scripts reach every stop that they are about', () => {
  const sample = fc.sample(retryScripts, { seed: 1, numRuns: 500 })
  const stops = sample.flatMap((script) => driven(script).calls.map((call) => call?.stop))
  expect(new Set(stops)).toEqual(new Set(['ok', 'permanent', 'attempts', 'deadline', 'pushback', 'aborted']))
})

test('the scripts reach every stop, cause and state that they are about', () => {
  const met = new Set<unknown>()
  for (const script of fc.sample(scripts, { seed: 1, numRuns: 500 })) {
    const { attempts, calls } = driven(script)
    for (const call of calls) met.add(call?.stop)
    for (const { breaker, level, end } of attempts) {
      met.add(breaker).add(end?.cause).add(end?.outcome)
      if (level !== undefined && level < 1) met.add('shedding originals')
    }
  }
  const stops = ['ok', 'permanent', 'attempts', 'deadline', 'budget', 'breaker', 'throttled', 'pushback', 'unsafe']
  const rare = ['not-replayable', 'window', 'not-owner', 'aborted', 'shedding originals', 'not-found']
  const states = ['closed', 'shedding', 'half-open', 'original', 'retry', 'probe']
  const classes = ['timeout', 'unavailable', 'overloaded', 'internal']
  expect([...met]).toEqual(expect.arrayContaining([...stops, ...rare, ...states, ...classes]))
})

test('a script without its last answer is another script', async () => {
  const script = fc.sample(scripts, { seed: 3, numRuns: 50 }).find(({ calls }) => calls.length > 5) as Script
  const last = script.calls.at(-1)
  expect(last).toBeDefined()
  expect(await guarded({ ...script, calls: script.calls.slice(0, -1) })).not.toEqual(driven(script))
})
