/**
 * A small simulation for the tests of reports: 20 s, of which the server fails 5 s long.
 *
 * @module
 */
import type { Simulated } from '../../src/measure/result.js'
import { parseScenario } from '../../src/scenario/load.js'
import type { Scenario } from '../../src/scenario/model.js'
import { simulate } from '../../src/simulate.js'

const TEXT = `simulate: 1
name: NAME
seed: 3
for: 20s
dependencies:
  server:
    workers: 4
    service: { kind: constant, value: 20ms }
    faults: [{ at: 5s, for: 5s, errors: 60% }]
callers:
  callers: { instances: 2, arrivals: { open: 50/s }, calls: server.read }
strategies:
  none: { attempts: 1, attemptTimeout: 500ms }
  naive: { attempts: 4, attemptTimeout: 500ms }
  truce: { use: interactive }
`

export function small(name = 'a small outage', seeds = 1): { scenario: Scenario; simulated: Simulated } {
  const { scenario, problems } = parseScenario(TEXT.replace('NAME', JSON.stringify(name)), 'small.yaml')
  if (scenario === undefined) throw new Error(problems.map(({ message }) => message).join())
  return { scenario, simulated: simulate(scenario, { seeds }) }
}
