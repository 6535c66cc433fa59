/**
 * Retry core: what all calls of `retry()` with the same options share.
 *
 * @module
 */
import type { Classifier } from '../policy/classify.js'
import { DEADLINE } from '../policy/deadline.js'
import { ProcessBudget } from '../policy/process-budget.js'
import type { Random } from '../policy/random.js'
import type { RetryRules } from '../policy/retry.js'
import { countersOf, type OperationCounters } from '../telemetry/counters.js'
import type { CoreFacts } from './call-state.js'
import type { Clock } from './clock.js'

/** What every call of a process has in common, whatever it calls. */
export interface Process {
  readonly clock: Clock
  readonly random: Random
  readonly budget: ProcessBudget
  readonly counters: OperationCounters
}

export function processOf(clock: Clock, random: Random): Process {
  return { clock, random, budget: new ProcessBudget(), counters: countersOf('', 'retry', 'retry', 'read') }
}

export class RetryCore implements CoreFacts {
  readonly service = ''
  readonly layer = 'retry'
  readonly dependency = 'retry'
  readonly operation = 'retry'
  readonly effect = 'read'
  readonly owner = undefined
  readonly honoursKeys = false
  readonly bulkhead = null
  /** Functions that have nothing in common have no median either. */
  readonly least = DEADLINE.least
  readonly clock: Clock
  readonly random: Random
  readonly budget: ProcessBudget
  readonly counters: OperationCounters
  readonly rules: RetryRules
  /** Stops new attempts, ms after the call began; `Infinity` for none. */
  readonly deadline: number
  /** The user's, then the built-in one, which always answers. */
  readonly classifiers: readonly Classifier[]

  constructor(process: Process, rules: RetryRules, deadline: number, classifiers: readonly Classifier[]) {
    this.clock = process.clock
    this.random = process.random
    this.budget = process.budget
    this.counters = process.counters
    this.rules = rules
    this.deadline = deadline
    this.classifiers = classifiers
  }
}
