/**
 * Climb: one storm under everything that the ladder compares.
 *
 * Whoever does nothing, naive retries and backoff meet the storm as it is. Truce meets it three times: alone, with a
 * server that drops what has expired, and with Truce's admission before it. Same arrivals, same faults.
 *
 * @module
 */
import type { DependencyModel, Scenario } from '../scenario/model.js'
import { simulate } from '../simulate.js'

/** Success of all calls, from 0 to 1. */
export interface Rung {
  readonly none: number
  readonly naive: number
  readonly backoff: number
  readonly truce: number
  readonly truceDropsExpired: number
  readonly truceAdmission: number
}

export interface ClimbOptions {
  /** The first seed. */
  readonly seed: number
  readonly seeds: number
  /** So many instances where the storm has the usual twenty. */
  readonly instances?: number | undefined
}

/** Of the columns: what the server of each does. */
const ALONE: Change = {}
const DROPS_EXPIRED: Change = { deadlines: true }
/** The shipped admission, with its defaults. */
const ADMISSION: Change = { deadlines: true, admission: { originals: 400, retries: 100 } }

type Change = Partial<Pick<DependencyModel, 'deadlines' | 'admission'>>

/** Runs it. Same options: same numbers. */
export function climb(storm: Scenario, { seed, seeds, instances }: ClimbOptions): Rung {
  const scenario = instances === undefined ? storm : withInstances(storm, instances)
  const success = (names: readonly string[], change: Change) => {
    const { result } = simulate(changed(scenario, names, change), { seed, seeds })
    return (name: string) => result.strategies[name]?.finalSuccess ?? Number.NaN
  }
  const alone = success(['none', 'naive', 'backoff', 'truce'], ALONE)
  return {
    none: alone('none'),
    naive: alone('naive'),
    backoff: alone('backoff'),
    truce: alone('truce'),
    truceDropsExpired: success(['truce'], DROPS_EXPIRED)('truce'),
    truceAdmission: success(['truce'], ADMISSION)('truce'),
  }
}

function changed(scenario: Scenario, names: readonly string[], change: Change): Scenario {
  return {
    ...scenario,
    dependencies: scenario.dependencies.map((dependency) => ({ ...dependency, ...change })),
    strategies: scenario.strategies.filter(({ name }) => names.includes(name)),
  }
}

/** As many callers in all as before, in more processes or in fewer. */
export function withInstances(scenario: Scenario, instances: number): Scenario {
  const all = scenario.callers.reduce((sum, { instances: each }) => sum + each, 0)
  if (all !== USUAL) return scenario
  return {
    ...scenario,
    callers: scenario.callers.map((group) => {
      const count = group.instances === 1 ? 1 : group.instances - USUAL + instances
      const { arrivals } = group
      if (arrivals.kind !== 'closed') return { ...group, instances: count }
      const each = Math.max(1, Math.round((arrivals.each * group.instances) / count))
      return { ...group, instances: count, arrivals: { ...arrivals, each } }
    }),
  }
}

const USUAL = 20
