/**
 * Run: a scenario from its file, and through the simulator, with progress where a person looks on.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { nearest } from '@truce/contract/document'
import type { Scenario, Simulated } from '@truce/lab'
import type { Given } from '../command.js'
import { unusable, UnusableError } from '../failure.js'
import type { Surroundings } from '../surroundings.js'
import { simulationProgress } from './progress.js'

/**
 * From a file, or of the library where there is no such file.
 *
 * @throws UnusableError with the places of all that is wrong
 */
export async function scenarioIn(file: string): Promise<Scenario> {
  const { libraryFile, libraryNames, loadScenario } = await import('@truce/lab')
  const found = existsSync(file) ? file : libraryFile(file)
  if (found === undefined && !/\.(?:ya?ml|json)$/.test(file)) {
    const names = libraryNames().filter((name) => !name.includes('/'))
    throw unusable(
      `There is no file ${JSON.stringify(file)}, and no such scenario in the library`,
      allowed(file, names),
    )
  }
  const { scenario, problems } = loadScenario(found ?? file)
  if (scenario === undefined) throw new UnusableError(problems)
  return scenario
}

/** @throws UnusableError where it would take more than is sensible, and is not forced */
export async function runScenario(
  scenario: Scenario,
  options: Given['options'],
  surroundings: Surroundings,
): Promise<Simulated> {
  const { estimate, simulate } = await import('@truce/lab')
  const seeds = numberOf(options['seeds'])
  if (seeds === 0) throw unusable('--seeds is 0', 'Give at least 1')
  const { impossible, unreasonable, seconds, bytes, callers } = estimate(scenario, seeds)
  const much = `${scenario.file} would take about ${timeOf(seconds)} and ${(bytes / 1e9).toPrecision(2)} GB`
  if (impossible)
    throw unusable(`${much}: ${callers} callers are more than can be told apart`, 'Give at most 134 million')
  if (unreasonable && options['force'] !== true) {
    throw unusable(much, 'Simulate fewer callers, a lower rate or a shorter time; --force runs it all the same')
  }
  const progress = simulationProgress(surroundings.stderr, {
    always: options['progress'] === true,
    clock: () => performance.now(),
  })
  try {
    return simulate(scenario, { seed: numberOf(options['seed']), seeds, progress: progress.step })
  } finally {
    progress.end()
  }
}

const timeOf = (seconds: number): string => {
  if (seconds < 120) return `${Math.ceil(seconds)} s`
  return seconds < 7_200 ? `${Math.ceil(seconds / 60)} min` : `${Math.ceil(seconds / 3_600)} h`
}

function allowed(file: string, names: readonly string[]): string {
  const near = nearest(file, names)
  const list = `The library has ${names.join(', ')}; and the ladder's storms, ladder/…`
  return near === undefined ? list : `Did you mean ${near}? ${list}`
}

const numberOf = (given: string | true | undefined) => (typeof given === 'string' ? Number(given) : undefined)
