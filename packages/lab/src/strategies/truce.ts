/**
 * Truce's client: the shipped policies, driven without a clock, a timer or a promise.
 *
 * Nothing is modelled here: which outcome moves what, and what follows a failure, `truce/policy` says. This file holds
 * what belongs to one process and hands it over.
 *
 * @module
 */
import {
  Breaker,
  Budget,
  BUDGET,
  type CallFacts,
  type Decision,
  DEADLINE,
  decide,
  DependencyPolicy,
  type Failure,
  Governor,
  type Payment,
  type Permit,
  Quantile,
  type Random,
  type RetryRules,
  type StopReason,
} from 'truce/policy'
import type { StrategyModel } from '../scenario/model.js'
import type { Client, ClientParts, Gauges } from './client.js'

/** What of a strategy is the same for every process. */
export function rulesOf(strategy: StrategyModel, effect: 'read' | 'write'): RetryRules {
  return {
    attempts: strategy.attempts,
    retryOn: strategy.retryOn,
    backoff: strategy.backoff,
    repeatable: effect === 'read' || strategy.unsafe,
    window: Number.POSITIVE_INFINITY,
    background: strategy.background,
  }
}

export function policyOf({ budget, governor, breaker, attempts }: StrategyModel, instances: number): DependencyPolicy {
  const small = instances <= BUDGET.smallFleet
  const policy = new DependencyPolicy({
    breaker: breaker && new Breaker(breaker.settings),
    governor: governor ? new Governor(small) : null,
    budget: budget && new Budget({ ...budget, least: 1, growLeast: small }),
    slowCall: breaker?.slowCall ?? Number.POSITIVE_INFINITY,
  })
  if (attempts !== Number.POSITIVE_INFINITY) policy.budget?.admit(attempts)
  return policy
}

class TruceClient implements Client {
  readonly policy: DependencyPolicy
  readonly #rules: RetryRules
  readonly #timeout: number
  readonly #lease: number
  readonly #random: Random
  readonly #latency = new Quantile(0.5)

  constructor({ strategy, instances, effect, random }: ClientParts) {
    this.policy = policyOf(strategy, instances)
    this.#rules = rulesOf(strategy, effect)
    this.#timeout = strategy.attemptTimeout
    this.#lease = strategy.lease
    this.#random = random
  }

  plain(now: number): Permit {
    const permit = this.policy.plainPermit(now)
    if (permit !== 0) this.policy.originalSent(now)
    return permit
  }

  refusesOriginal(now: number): StopReason | undefined {
    return this.policy.refusesOriginal(now, this.#random)
  }

  acquire(attempt: number, now: number, given: number): Permit {
    return this.policy.acquire(attempt, now, this.#random, Math.min(given, this.#lease))
  }

  succeeded(permit: Permit, attempt: number, payment: Payment, ms: number, now: number): boolean {
    const changed = this.policy.succeeded(permit, attempt, payment, ms, this.#timeout, now, this.#random)
    if (ms > 0) this.#latency.observe(ms)
    return changed
  }

  failed(permit: Permit, _attempt: number, failure: Failure, given: number, ms: number, now: number): boolean {
    return this.policy.failed(permit, failure, given, this.#timeout, now, this.#random, ms)
  }

  decide(call: CallFacts, failure: Failure, now: number): Decision {
    return decide(this.#rules, call, failure, this.policy, now, this.#random)
  }

  takeBack(payment: Payment, then: number, now: number): void {
    this.policy.takeBack(payment, then, now)
  }

  least(): number {
    return this.#latency.value(DEADLINE.least)
  }

  gauges(now: number): Gauges {
    const { budget, governor } = this.policy
    return {
      breakerOpen: this.policy.breakerState(now) !== 'closed',
      tokens: budget?.remaining(now) ?? 0,
      level: governor?.level ?? 0,
    }
  }
}

export const truceClient = (parts: ClientParts): Client => new TruceClient(parts)
