/**
 * World: what the driver's calls share, made of `policy/` alone.
 *
 * @module
 */
import {
  BREAKER,
  Breaker,
  BUDGET,
  budgetDefaults,
  Budget,
  DependencyPolicy,
  type FailureClass,
  Governor,
  Quantile,
  type RetryRules,
  TRANSIENT,
} from '../../src/policy/index.js'
import { Happenings } from './happenings.js'
import type { OperationScript, Script } from './script.js'
import { type AttemptTrace, type CallEnd, countedRandom, type Standing } from './trace.js'

const NONE = Number.POSITIVE_INFINITY
/** In full what `ProcessBudget` says in short. */
const OF_THE_PROCESS = { ratio: BUDGET.ratio, max: NONE, floor: 0, least: BUDGET.capacityMax, growLeast: false }

export class World {
  readonly happenings = new Happenings()
  readonly attempts: AttemptTrace[] = []
  readonly calls: (CallEnd | undefined)[]
  readonly policy: DependencyPolicy
  readonly operations: readonly Operation[]
  readonly source
  /** Are they calls of `retry()`? */
  readonly oneLine: boolean
  ended = 0

  constructor({ seed, instances, budget, governor, breaker, slowCall, operations, calls, oneLine }: Script) {
    this.source = countedRandom(seed)
    this.oneLine = oneLine === true
    this.calls = calls.map(() => undefined)
    const small = instances <= 10
    this.policy = new DependencyPolicy({
      breaker: breaker && new Breaker(breaker),
      governor: governor ? new Governor(small) : null,
      budget: oneLine
        ? new Budget(OF_THE_PROCESS)
        : budget && new Budget({ ...budget, ...budgetDefaults(instances, governor) }),
      slowCall: breaker?.rule.kind === 'consecutive' ? Number.POSITIVE_INFINITY : slowCall,
    })
    this.operations = operations.map((settings) => new Operation(settings))
    for (const { attempts } of operations) this.policy.budget?.admit(attempts)
  }

  standing(at: number): Standing {
    const { budget, governor } = this.policy
    const breaker = this.policy.breakerState(at)
    const remaining = this.oneLine ? undefined : budget?.remaining(at)
    return { at, draws: this.source.draws(), budget: remaining, breaker, level: governor?.level }
  }
}

export class Operation {
  readonly rules: RetryRules
  readonly attemptTimeout: number
  readonly latency = new Quantile(0.5)

  constructor(readonly settings: OperationScript) {
    const { attempts, backoff, retryOn, risk, window, attemptTimeout, deadline } = settings
    const classes = new Set<FailureClass>(retryOn ?? TRANSIENT)
    this.rules = { attempts, retryOn: classes, backoff, repeatable: risk === 'low', window, background: false }
    this.attemptTimeout = Math.min(attemptTimeout, deadline)
  }

  /** An attempt with no time but its call's has none of its own: as a probe it gets the breaker's lease. */
  lease(given: number): number {
    const own = this.settings.attemptTimeout
    return Math.min(given, own === Number.POSITIVE_INFINITY ? BREAKER.lease : own)
  }
}
