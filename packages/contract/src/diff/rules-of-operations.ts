/**
 * Promises about one operation that is called: which change of them breaks the dependency, or whoever waits above.
 *
 * @module
 */
import type { Operation } from '../document/model.js'
import type { Change, FieldRule, Unit } from './rule.js'

type Judged = Omit<FieldRule, 'rule' | 'side' | 'unit'>

const field = (name: string, unit: Unit, judged: Judged = {}): FieldRule => ({
  rule: ['depends.operations', name].filter(Boolean).join('.'),
  side: 'dependencies',
  unit,
  ...judged,
})

const CLOSER = 'retries come back sooner'
const CUT = 'more attempts are given up while the dependency still works on them, and repeated'
const CUT_STREAM = 'streams that pause for longer are now given up'

function operationsIn({ path, from, to }: Change): readonly (Operation | undefined)[] {
  const [, dependency = '', , name = ''] = path.map(String)
  return [from, to].map((contract) => contract.depends.get(dependency)?.operations.get(name))
}

/** The service's own name says what holds by default: the lowest layer with a guard is this one. */
function isStillOurs(change: Change): boolean {
  return operationsIn(change).every(
    (operation, at) =>
      operation?.owner === undefined || operation.owner === (at === 0 ? change.from : change.to).service,
  )
}

/** A read may be repeated with nothing said. */
const isRead = (change: Change) => operationsIn(change).every((operation) => operation?.effect === 'read')

export const OPERATIONS: readonly FieldRule[] = [
  field('', 'text'),
  field('servedAs', 'text', { changes: 'what was agreed for one operation now reaches another' }),
  field('use', 'text'),
  field('effect', 'text', { changes: 'the dependency is told of another effect than it agreed to' }),
  field('attempts', 'number', { more: 'each call may send more attempts' }),
  field('connectTimeout', 'duration'),
  field('attemptTimeout', 'duration', { less: CUT }),
  field('attemptTimeout.quantile', 'number', { absent: 1, less: CUT }),
  field('attemptTimeout.margin', 'number', { less: CUT }),
  field('attemptTimeout.min', 'duration', { less: CUT }),
  field('deadline', 'duration', { more: 'repeats may come later than was agreed, and more of them fit' }),
  field('backoff', 'text', { order: ['none', 'on'], less: 'retries follow failures at once' }),
  field('backoff.initial', 'duration', { less: CLOSER }),
  field('backoff.factor', 'number', { less: CLOSER }),
  field('backoff.max', 'duration', { less: CLOSER }),
  field('backoff.jitter', 'text', {
    order: ['none', 'equal', 'decorrelated|full'],
    less: 'what failed together comes back together',
  }),
  field('retryOn', 'text', { more: 'failures are repeated that were final' }),
  field('risk', 'text', {
    order: ['low', 'high'],
    less: 'a write whose outcome is unknown is now repeated without a key',
  }),
  field('idempotency', 'text', {
    order: ['natural', 'none', 'key'],
    absent: 'none',
    less: 'the dependency cannot tell a repeat from another call any more',
    unless: isRead,
  }),
  field('idempotency.key', 'text', {
    absent: 'given by code',
    changes: 'an action repeated across the change has another key, and takes effect twice',
  }),
  field('idempotency.window', 'duration', { more: 'a key may be repeated after the dependency has forgotten it' }),
  field('idempotency.profile', 'text', {
    absent: 'the standard header',
    changes: 'the key travels in another way than the dependency reads',
  }),
  field('owner', 'text', {
    absent: 'the lowest layer with a guard',
    changes: 'until every layer knows of it two of them repeat, or none does',
    unless: isStillOurs,
  }),
  field('exhausted', 'text', {
    order: ['pending', 'cached|fail|fallback|none', 'dead-letter'],
    absent: 'none',
    less: 'the call no longer ends where it did: what cannot be done comes back later, or for ever',
  }),
  field('exhausted.cached.maxAge', 'duration', {
    absent: Number.POSITIVE_INFINITY,
    more: 'whoever waits above may get a staler answer',
  }),
  field('exhausted.cached.key', 'text', { less: 'callers that were told apart now share an answer' }),
  field('exhausted.cached.max', 'number'),
  field('fallback', 'text'),
  field('hedge', 'text', {
    appears: 'a late answer now brings the dependency a second attempt',
    changes: 'second attempts go out at another time than was agreed',
  }),
  field('hedge.after', 'duration', { less: 'second attempts go out sooner, and so more of them' }),
  field('hedge.max', 'number', { more: 'more attempts go out beside a late one' }),
  field('degradeWhen', 'text'),
  field('immediate', 'text'),
  field('idle', 'duration', { absent: Number.POSITIVE_INFINITY, less: CUT_STREAM }),
  field('mode', 'text', { order: ['observe', 'enforce'], less: 'the limits are only watched, no longer kept' }),
]
