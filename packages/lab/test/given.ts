/**
 * Scenarios for tests, from their text.
 *
 * @module
 */
import { parseScenario, type Scenario, simulate, type StrategyResult } from '@truce/lab'

/** @throws Error with what is wrong */
export function given(yaml: string): Scenario {
  const { scenario, problems } = parseScenario(yaml, 'test.yaml')
  if (scenario === undefined)
    throw new Error(problems.map(({ line, message, fix }) => `${line}: ${message}; ${fix}`).join('\n'))
  return scenario
}

/** The result of one strategy of it. */
export function resultOf(scenario: Scenario, strategy: string, seed?: number): StrategyResult {
  const result = simulate(scenario, { seed }).result.strategies[strategy]
  if (result === undefined) throw new Error(`no strategy ${strategy}`)
  return result
}
