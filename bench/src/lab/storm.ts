/**
 * Storm: the scenario that the lab is measured on, with so many callers pending.
 *
 * @module
 */
import { type Scenario, parseScenario } from '@truce/lab'

/** Processes, whatever the callers: those of one process share its policies. */
const PROCESSES = 100

/**
 * Closed callers who think for 10 s, at a dependency that is loaded to two thirds and fails for a quarter of the
 * attempts: every attempt asks the policies, and a good part of them decides about a retry.
 *
 * @param pending   callers, a multiple of the processes
 * @param calls     how many there are to be, about
 * @param processes each with policies of its own
 */
export function storm(pending: number, calls: number, processes = PROCESSES): Scenario {
  const rate = pending / 10
  const { scenario, problems } = parseScenario(
    JSON.stringify({
      simulate: 1,
      name: `${pending} callers`,
      seed: 7,
      for: Math.max(1_000, (calls / rate) * 1_000),
      dependencies: {
        api: {
          workers: Math.ceil((rate * 0.05 * 3) / 2),
          queue: pending,
          service: { kind: 'exponential', mean: '50ms' },
          faults: [{ at: 0, for: '1000h', errors: '25%', class: 'unavailable' }],
        },
      },
      callers: {
        all: {
          instances: processes,
          arrivals: { closed: pending / processes, think: '10s' },
          calls: 'api.get',
        },
      },
      strategies: { truce: { use: 'interactive' } },
    }),
    'storm.json',
  )
  if (scenario === undefined) throw new Error(problems.map(({ message }) => message).join('; '))
  return scenario
}
