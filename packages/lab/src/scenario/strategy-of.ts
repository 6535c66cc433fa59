/**
 * Strategy of a document: presets applied, defaults as the guard has them.
 *
 * @module
 */
import { durationOf, rateOf, shareOf } from '@truce/contract/document'
import {
  type Backoff,
  BACKOFF,
  BREAKER,
  type BreakerRule,
  BUDGET,
  DETECTOR,
  type FailureClass,
  PRESETS,
  TRANSIENT,
} from 'truce/policy'
import type { Written } from '../schema/document.js'
import { FIELD } from '../strategies/field/index.js'
import type { BreakerModel, BudgetModel, StrategyModel } from './model.js'

type WrittenStrategy = Written['strategies'][string]

/** Without `use`: what a caller does who does nothing. */
const NOTHING = { attempts: 1, attemptTimeout: Infinity, deadline: Infinity, background: false, backoff: null }

type WrittenBreaker = Exclude<WrittenStrategy['breaker'], 'none' | undefined>

export function strategyOf(name: string, written: WrittenStrategy): StrategyModel {
  const preset = written.use === undefined ? undefined : PRESETS[written.use]
  const model = written.like === undefined ? undefined : FIELD[written.like]
  const base = preset ?? { ...NOTHING, ...model }
  const deadline = timeOf(written.deadline, base.deadline)
  const attemptTimeout = timeOf(written.attemptTimeout, base.attemptTimeout)
  return {
    name,
    like: written.like ?? 'truce',
    settings: written.settings ?? {},
    unsafe: written.unsafe ?? false,
    attempts: written.attempts ?? base.attempts,
    // An attempt never outlives its call.
    attemptTimeout: Math.min(deadline, attemptTimeout),
    lease: attemptTimeout === Infinity ? BREAKER.lease : attemptTimeout,
    deadline,
    backoff: backoffOf(written.backoff, preset?.backoff),
    retryOn: new Set<FailureClass>(written.retryOn ?? model?.retryOn ?? TRANSIENT),
    background: base.background,
    budget: written.budget === undefined && preset === undefined ? null : budgetOf(written.budget),
    governor: written.governor === undefined ? preset !== undefined : written.governor === 'on',
    breaker: written.breaker === undefined && preset === undefined ? null : breakerOf(written.breaker),
    concurrency: concurrencyOf(written.concurrency),
  }
}

const timeOf = (written: string | number | undefined, otherwise: number) =>
  written === undefined ? otherwise : durationOf(written)

function backoffOf(written: WrittenStrategy['backoff'], preset: Backoff | undefined): Backoff | null {
  if (written === 'none') return null
  if (written === undefined) return preset ?? null
  const base = preset ?? BACKOFF
  const initial = timeOf(written.initial, base.initial)
  return {
    initial,
    factor: written.factor ?? base.factor,
    max: written.max === undefined ? Math.max(initial, base.max) : durationOf(written.max),
    jitter: written.jitter ?? BACKOFF.jitter,
  }
}

function budgetOf(written: WrittenStrategy['budget']): BudgetModel | null {
  if (written === 'none') return null
  return {
    ratio: shareOf(written?.ratio ?? BUDGET.ratio),
    max: written?.max === undefined ? Infinity : rateOf(written.max),
    floor: written?.floor === undefined ? 0 : rateOf(written.floor),
  }
}

function breakerOf(written: WrittenStrategy['breaker']): BreakerModel | null {
  if (written === 'none') return null
  const given: WrittenBreaker = written ?? DETECTOR
  const cooldown = timeOf(given.cooldown, BREAKER.cooldown)
  const probes = given.probes ?? BREAKER.probes
  return {
    settings: {
      rule: ruleOf(given),
      cooldown,
      cooldownMax: timeOf(given.cooldownMax, Math.max(cooldown, BREAKER.cooldownMax)),
      probes,
      closeAfter: given.closeAfter ?? Math.min(probes, BREAKER.closeAfter),
      ramp: timeOf(given.ramp, BREAKER.ramp),
      lease: BREAKER.lease,
    },
    slowCall: timeOf(given.slowCall, Infinity),
  }
}

function ruleOf(given: WrittenBreaker): BreakerRule {
  const kind = given.kind ?? 'time'
  if (kind === 'consecutive') return { kind, failures: given.failures ?? BREAKER.failures }
  const failureRate = shareOf(given.failureRate ?? BREAKER.failureRate)
  return {
    kind,
    size: given.size ?? BREAKER.size,
    window: timeOf(given.window, BREAKER.window),
    failureRate,
    openRate: shareOf(given.openRate ?? Math.max(failureRate, BREAKER.openRate)),
    minimumCalls: given.minimumCalls ?? BREAKER.minimumCalls,
    slowRate: shareOf(given.slowRate ?? BREAKER.slowRate),
  }
}

function concurrencyOf(written: WrittenStrategy['concurrency']): StrategyModel['concurrency'] {
  if (written === undefined || written === 'none') return null
  if (typeof written === 'number') return { limit: written, queue: written }
  return { limit: written.limit, queue: written.queue ?? written.limit }
}
