/**
 * Differential: the lab's driver against the guard under virtual time.
 *
 * What the lab finds out holds for services only if both drivers of the policies do the same. So both run the same
 * scripts, background calls and bulkheads among them, from one seeded source a run; starts, stop reasons, ends and the
 * number of draws at every start are compared. `TRUCE_DIFFERENTIAL` and `TRUCE_DIFFERENTIAL_SEED` as for the guard.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { guarded } from './guarded.js'
import { scripts } from './script.js'
import { simulated } from './simulated.js'

const runs = Number(process.env['TRUCE_DIFFERENTIAL'] ?? 500)
const seed = process.env['TRUCE_DIFFERENTIAL_SEED']

test(
  `guard and simulator do the same in ${runs} scripts`,
  async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        expect(simulated(script)).toEqual(await guarded(script))
      }),
      { numRuns: runs, ...(seed !== undefined && { seed: Number(seed) }) },
    )
  },
  60_000 + runs * 100,
)

test('the scripts reach every stop and wait that they are about', () => {
  const met = new Set<string>()
  for (const script of fc.sample(scripts, { seed: 1, numRuns: 500 })) {
    for (const call of simulated(script).calls) met.add(call?.stop ?? 'never')
  }
  const stops = ['ok', 'permanent', 'attempts', 'deadline', 'budget', 'breaker', 'throttled', 'concurrency', 'unsafe']
  expect([...met].toSorted()).toEqual(stops.toSorted())
})
