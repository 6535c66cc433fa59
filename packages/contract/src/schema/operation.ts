/**
 * An operation that is called: what the guard's options are made of.
 *
 * @module
 */
import { z } from 'zod'
import { PERMANENT, TRANSIENT } from 'truce/policy'
import {
  duration,
  durationOr0,
  keyTemplate,
  limit,
  limits,
  name,
  oneOf,
  operationKey,
  say,
  whole,
  word,
} from './units.js'

export const mode = oneOf(
  ['enforce', 'observe'],
  'observe: decide and report, change nothing. Default: enforce.',
  'observe',
)

export const partition = say(
  z.union([
    z.enum(['host', 'tenant', 'shard']),
    z.strictObject({
      by: oneOf(['host', 'tenant', 'shard'], 'What a partition is named by.', 'host'),
      max: whole(1, 'Partitions known at once. Default: 1000.', 200).optional(),
    }),
  ]),
  'The dependency falls apart in parts that fail by themselves. Counts for all its operations.',
  'host',
  { by: 'tenant', max: 500 },
)

const adaptiveTimeout = z.strictObject({
  quantile: say(
    z.number().gt(0).lt(1),
    'Of the times that answers take, between 0 and 1. Default: 0.99.',
    0.99,
  ).optional(),
  margin: say(z.number().min(0), 'Longer than the quantile by this share of it. Default: 0.5.', 0.5).optional(),
  min: duration('Never less. Default: 50ms.', '50ms').optional(),
  max: duration("Never more, and what counts until enough is known. Default: the preset's.", '2s').optional(),
})

export const backoff = z.strictObject({
  initial: durationOr0("Wait before the first retry, before jitter. Default: the preset's.", '50ms').optional(),
  factor: say(z.number().min(1), 'Growth from one retry to the next, at least 1. Default: 2.', 2).optional(),
  max: durationOr0("No wait is longer. Default: the preset's.", '1s').optional(),
  jitter: oneOf(
    ['full', 'equal', 'decorrelated', 'none'],
    'How waits are spread, so that callers that failed together do not come back together. Default: full.',
    'full',
  ).optional(),
})

const idempotency = z.union([
  z.literal('natural'),
  z.strictObject({
    key: keyTemplate(
      'How the key is made: printable ASCII with places. {incoming} is the key that came in, so that a repeated action derives the same. Default: code gives the key.',
      '{incoming}_line_{line}',
    ).optional(),
    window: duration('How long a key may be repeated. Default: for ever.', '24h').optional(),
    profile: word('What the dependency promises of keys, by name.', 'stripe').optional(),
  }),
])

const cached = z.strictObject({
  maxAge: duration('An answer may stand in up to this age.', '30s').optional(),
  key: say(z.array(word('A name.', 'sku')).min(1), 'Names of what the answer depends on (the tenant among them).', [
    'tenant',
    'sku',
  ]).optional(),
  max: whole(1, 'Answers kept. Default: 1000.', 1000).optional(),
})

const exhausted = z.union([
  z.enum(['fail', 'fallback', 'cached', 'pending', 'dead-letter']),
  z.strictObject({ cached: say(cached, 'The last good answer stands in.', { maxAge: '30s', key: ['sku'] }) }),
])

const hedge = z.strictObject({
  after: say(
    z.union([
      duration('After so long.', '100ms'),
      z.strictObject({
        quantile: say(z.number().gt(0).lt(1), 'Later than this share of answers, between 0 and 1.', 0.95),
      }),
    ]),
    'When the second attempt goes out: after a duration, or later than a share of answers.',
    '100ms',
    { quantile: 0.95 },
  ),
  max: whole(1, 'Hedges of one call. Default: 1.', 1).optional(),
})

const degradeWhen = z.strictObject({
  budget: whole(1, 'Fewer retries than this are left in the budget.', 5).optional(),
  governor: say(
    z.number().gt(0).max(2),
    "The governor's level is below this, more than 0 and at most 2.",
    1,
  ).optional(),
  breaker: oneOf(['shedding'], 'The breaker is anything but closed.', 'shedding').optional(),
  remaining: duration('Less than this is left of the deadline.', '200ms').optional(),
})

const owner = z.union([
  name('A layer.', 'order-api'),
  z.strictObject({
    transient: name('The layer that repeats what fails transiently.', 'inventory-client'),
    business: name('The layer that decides about conflicts.', 'order-api'),
  }),
])

export const operation = z.strictObject({
  servedAs: say(
    operationKey,
    'Its name where it is served, if it has another one here: an operation that is called in two ways stands here twice. Default: the same.',
    'reserve',
  ).optional(),
  use: oneOf(
    ['interactive', 'baseline', 'background', 'stream'],
    'Preset: who waits for the answer. What is not said is the preset’s. Default: baseline.',
    'interactive',
  ).optional(),
  effect: oneOf(['read', 'write'], 'Does it change anything?', 'write'),
  attempts: whole(1, "Attempts of one call, the original included. Default: the preset's.", 3).optional(),
  connectTimeout: duration('Longest time for name, connection and TLS handshake together.', '200ms').optional(),
  attemptTimeout: say(
    z.union([...limits(), adaptiveTimeout]),
    "What one attempt may take. A duration, none, or learned from how long answers take: { quantile, margin, min, max }. Default: the preset's.",
    '400ms',
    { quantile: 0.99, max: '2s' },
  ).optional(),
  deadline: limit("What the whole call may take, waits included. Default: the preset's.", '1400ms').optional(),
  backoff: say(
    z.union([z.literal('none'), backoff]),
    "How long to wait before a retry; none: not at all. Default: the preset's.",
    { initial: '50ms', factor: 2, max: '1s', jitter: 'full' },
  ).optional(),
  retryOn: say(
    z.array(z.enum([...TRANSIENT, ...PERMANENT, 'exhausted', 'aborted'])),
    'Failure classes worth another attempt. Only transient ones are: timeout, unavailable, overloaded, conflict, internal. Default: all of these.',
    ['timeout', 'unavailable'],
  ).optional(),
  risk: oneOf(
    ['high', 'low'],
    'What a repeat would cost. Default: high for a write, low for a read.',
    'low',
  ).optional(),
  idempotency: say(
    idempotency,
    'What makes it safe to repeat: natural (repeating is harmless), or a key that the dependency honours. Default: nothing does.',
    { key: '{incoming}_line_{line}', window: '24h' },
    'natural',
  ).optional(),
  owner: say(
    owner,
    'The layer that retries, or two: of what fails transiently, and of conflicts. Default: the lowest with a guard.',
    'order-api',
    { transient: 'inventory-client', business: 'order-api' },
  ).optional(),
  exhausted: say(
    exhausted,
    'What the caller gets when retries end. Default: fail; with a fallback, that.',
    'fail',
    { cached: { maxAge: '30s', key: ['sku'] } },
    'pending',
  ).optional(),
  fallback: name('Name of the function that gives something instead; code registers it.', 'from-catalogue').optional(),
  hedge: say(hedge, 'A second attempt beside a late one.', { after: '100ms', max: 1 }).optional(),
  degradeWhen: say(
    degradeWhen,
    'Do not spend retries where the dependency is known to be in trouble: what stands in is given at once.',
    { breaker: 'shedding' },
  ).optional(),
  immediate: oneOf(
    ['not-sent'],
    'not-sent: where the connection failed before anything was sent, the first retry goes without a wait.',
    'not-sent',
  ).optional(),
  idle: limit('Of a stream: longest silence between two chunks. Default: 30s.', '30s').optional(),
  partition: partition.optional(),
  mode: mode.optional(),
})
