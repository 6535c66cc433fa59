/**
 * Promises to a dependency as a whole: which change of them breaks it.
 *
 * @module
 */
import { BREAKER } from 'truce/policy'
import type { Change, FieldRule, Unit } from './rule.js'

type Judged = Omit<FieldRule, 'rule' | 'side' | 'unit'>

const field = (name: string, unit: Unit, judged: Judged = {}): FieldRule => ({
  rule: name === '' ? 'depends' : `depends.${name}`,
  side: 'dependencies',
  unit,
  ...judged,
})

const LATER = 'the breaker opens later, and what is dead gets more calls until then'
const SOONER = 'what is dead or just back gets calls sooner'

/** Of a dependency whose breaker or limits are each instance's own. */
function addsUpNowhere({ to }: Change): boolean {
  return [...to.depends.values()].every(
    ({ concurrency, budget }) =>
      concurrency === 'none' && (budget === 'none' || budget.floor === undefined || budget.scope === 'fleet'),
  )
}

export const CONTRACT: readonly FieldRule[] = [
  {
    rule: 'service',
    side: 'callers',
    unit: 'text',
    changes: 'documents that name it by the old name no longer find it',
  },
  {
    rule: 'version',
    side: 'callers',
    unit: 'number',
    less: 'whoever agreed to a later version cannot tell that a promise changed',
  },
  {
    rule: 'instances',
    side: 'dependencies',
    unit: 'number',
    more: 'limits that each instance keeps for itself (concurrency, a floor) add up to more',
    unless: addsUpNowhere,
  },
  {
    rule: 'limits.amplification',
    side: 'dependencies',
    unit: 'number',
    more: 'one user action may now cost a dependency that is down more attempts',
  },
]

export const DEPENDS: readonly FieldRule[] = [
  field('', 'text'),
  field('url', 'text'),
  field('broker', 'text', {
    changes: 'messages go where the consumer does not listen',
    appears: 'what was called gets messages instead',
    goes: 'messages go where the consumer does not listen',
  }),
  field('deliveries', 'number', {
    absent: Number.POSITIVE_INFINITY,
    more: 'the broker gives one message to the consumer more often',
  }),
  field('peer', 'text', {
    order: ['false', 'true'],
    less: 'the deadline no longer travels with a call, and what the dependency says of waiting is no longer heard',
  }),
  field('agreed', 'number', {
    absent: 0,
    less: 'it no longer says that it fits what the dependency promises since then',
  }),
  field('budget', 'text', { order: ['none', 'on'], less: 'nothing bounds the retries any more' }),
  field('budget.ratio', 'share', { more: 'more retries may be made for each original' }),
  field('budget.scope', 'text', {
    order: ['process', 'fleet'],
    less: 'each instance now spends a budget of its own',
  }),
  field('budget.floor', 'rate', { absent: 0, more: 'so many retries are made whatever the dependency answers' }),
  field('budget.max', 'rate', { absent: Number.POSITIVE_INFINITY, more: 'more retries may be made each second' }),
  field('budget.classes', 'share'),
  field('governor', 'text', {
    order: ['none', 'on'],
    less: 'retries go on while the dependency answers slowly or not at all',
  }),
  field('breaker', 'text', { order: ['none', 'on'], less: 'a dead dependency is called on and on' }),
  field('breaker.kind', 'text', { absent: 'time', changes: 'it no longer opens when it was agreed to' }),
  field('breaker.failures', 'number', { absent: BREAKER.failures, more: LATER }),
  field('breaker.size', 'number', { absent: BREAKER.size, more: LATER }),
  field('breaker.window', 'duration', { absent: BREAKER.window, more: LATER }),
  field('breaker.failureRate', 'share', { absent: BREAKER.failureRate, more: LATER }),
  field('breaker.openRate', 'share', { absent: BREAKER.openRate, more: LATER }),
  field('breaker.minimumCalls', 'number', { absent: BREAKER.minimumCalls, more: LATER }),
  field('breaker.slowCall', 'duration', { absent: Number.POSITIVE_INFINITY, more: LATER }),
  field('breaker.slowRate', 'share', { absent: BREAKER.slowRate, more: LATER }),
  field('breaker.cooldown', 'duration', { absent: BREAKER.cooldown, less: SOONER }),
  field('breaker.cooldownMax', 'duration', { absent: BREAKER.cooldownMax, less: SOONER }),
  field('breaker.probes', 'number', { absent: BREAKER.probes, more: SOONER }),
  field('breaker.closeAfter', 'number', { absent: BREAKER.closeAfter, less: SOONER }),
  field('breaker.ramp', 'duration', { absent: BREAKER.ramp, less: SOONER }),
  field('concurrency', 'text', {
    order: ['none', 'adaptive', 'fixed'],
    less: 'how many attempts are under way at once is no longer fixed',
  }),
  field('concurrency.limit', 'number', { more: 'more attempts are under way at once' }),
  field('concurrency.max', 'number', { absent: 1_000, more: 'more attempts may be under way at once' }),
  field('concurrency.min', 'number', {
    absent: 1,
    more: 'more attempts are under way at once, however slow the answers',
  }),
  field('concurrency.initial', 'number'),
  field('concurrency.queue', 'number'),
  field('partition', 'text'),
  field('partition.by', 'text'),
  field('partition.max', 'number'),
  field('mode', 'text', { order: ['observe', 'enforce'], less: 'the limits are only watched, no longer kept' }),
  field('layers', 'number', {
    absent: 1,
    more: 'a layer that nobody here can stop makes more attempts of each',
  }),
]
