/**
 * Degrade: is it time for the fallback, before retries are spent?
 *
 * Where a good fallback stands ready, the last retries of a struggling dependency are better kept for
 * calls that have none, and a person gets yesterday's price now rather than today's in two seconds.
 * Asked after a failed attempt, before a retry is decided. It reads and takes nothing: no permit, no
 * payment, no random number, so that a call without such rules draws exactly what it drew before.
 *
 * @module
 */
import type { BreakerState } from './breaker.js'
import type { Budget } from './budget.js'
import type { Governor } from './governor.js'
import type { StopReason } from './stop.js'

/** Any of them is enough. What is left out, or belongs to a part that is switched off, never degrades. */
export interface DegradeRules {
  /** Retries that could be paid: below so many. */
  readonly budget?: number
  /** The governor's level: below this, in [0.2, 2]. Below 2 it sheds retries, below 0.8 originals. */
  readonly governor?: number
  /** `shedding`: the breaker is anything but closed. */
  readonly breaker?: 'shedding'
  /** ms left of the call's deadline: below so many. */
  readonly remaining?: number
}

/** What is asked of a dependency's policies. */
interface Troubled {
  readonly governor: Pick<Governor, 'level'> | null
  readonly budget: Pick<Budget, 'remaining'> | null
  breakerState(now: number): BreakerState
}

/**
 * The first of the rules that says so, in the order in which a retry is refused.
 *
 * @param deadline of the call, ms on the clock of `now`
 * @returns why, in the words of the stop reasons; `undefined`: no reason to
 * @example
 * degrades({ governor: 1 }, dependency, deadline, now) // 'throttled'
 */
export function degrades(
  rules: DegradeRules,
  dependency: Troubled,
  deadline: number,
  now: number,
  trafficClass?: string,
): StopReason | undefined {
  const { governor, budget } = dependency
  if (rules.remaining !== undefined && deadline - now < rules.remaining) return 'deadline'
  if (rules.breaker !== undefined && dependency.breakerState(now) !== 'closed') return 'breaker'
  if (rules.governor !== undefined && governor !== null && governor.level < rules.governor) return 'throttled'
  if (rules.budget !== undefined && budget !== null && budget.remaining(now, trafficClass) < rules.budget) {
    return 'budget'
  }
  return undefined
}
