/**
 * What a service promises a dependency: the `depends` part of the document.
 *
 * @module
 */
import { z } from 'zod'
import { mode, operation, partition } from './operation.js'
import {
  durationOr0,
  duration,
  name,
  oneOf,
  operationKey,
  rate,
  rateOr0,
  say,
  share,
  shareOr0,
  whole,
  word,
} from './units.js'

const budget = z.strictObject({
  ratio: share(
    'Hard ceiling on retries ÷ originals over 10 s, in fleets of 11 to 299 instances over up to 30 s. Default: 0.5.',
    0.2,
  ).optional(),
  scope: oneOf(['process', 'fleet'], 'Whose budget it is. Default: process.', 'fleet').optional(),
  floor: rateOr0("Extra allowance of each instance; with scope fleet the fleet's. Default: none.", '1/s').optional(),
  max: rate('Hard ceiling on retries. Default: none.', '10/s').optional(),
  classes: say(
    z.strictObject({
      interactive: shareOr0('Of the budget, kept for calls that somebody waits for.', '50%').optional(),
      background: shareOr0('Of the budget, kept for calls that nobody waits for.', '20%').optional(),
    }),
    'Shares that are reserved for traffic classes; together at most 100%.',
    { interactive: '50%' },
  ).optional(),
})

const breaker = z.strictObject({
  kind: oneOf(
    ['time', 'count', 'consecutive'],
    'What is remembered: the last window, the last size outcomes, or failures in a row. Default: time.',
    'time',
  ).optional(),
  failures: whole(1, 'With kind consecutive: it opens after so many in a row. Default: 5.', 5).optional(),
  size: whole(1, 'With kind count: outcomes remembered. Default: 100.', 100).optional(),
  window: duration('With kind time: the span remembered. Default: 10s.', '10s').optional(),
  failureRate: shareOr0('Share of failures from which it sheds calls. Default: 50%.', '50%').optional(),
  openRate: share('Share of failures from which it is open. Default: 80%.', '80%').optional(),
  minimumCalls: whole(1, 'Outcomes needed for a judgement. Default: 20.', 20).optional(),
  slowCall: durationOr0(
    'Successes slower than this are slow calls. Default: they are not told apart.',
    '2s',
  ).optional(),
  slowRate: shareOr0('Share of slow calls from which it opens. Default: 100%.', '80%').optional(),
  cooldown: durationOr0('First open time, ± 25 %. Default: 500ms.', '500ms').optional(),
  cooldownMax: durationOr0('It doubles up to this while probes fail. Default: 2s.', '2s').optional(),
  probes: whole(1, 'Attempts let through while half-open. Default: 3.', 3).optional(),
  closeAfter: whole(1, 'So many of them must succeed. Default: 2.', 2).optional(),
  ramp: durationOr0('Time in which traffic grows back to all. Default: 1s.', '1s').optional(),
})

const concurrency = z.union([
  z.int().min(1),
  z.enum(['none', 'adaptive']),
  z.strictObject({
    limit: say(
      z.union([z.literal('adaptive'), z.int().min(1)]),
      'Attempts at once: a number, or adaptive: learned from how long answers take.',
      50,
      'adaptive',
    ),
    queue: whole(0, 'Calls that may wait for a slot. Default: as many as the limit.', 50).optional(),
    min: whole(1, 'With limit adaptive: never fewer attempts at once. Default: 1.', 5).optional(),
    max: whole(1, 'With limit adaptive: never more attempts at once. Default: 1000.', 200).optional(),
    initial: whole(1, 'With limit adaptive: attempts at once to begin with. Default: 20.', 20).optional(),
  }),
])

export const depended = z.strictObject({
  url: word('Where it is.', 'http://127.0.0.1:4001').optional(),
  broker: word('Of a queue: which broker carries it.', 'rabbitmq').optional(),
  deliveries: whole(1, "Of a queue: the broker's own limit of deliveries.", 10).optional(),
  peer: say(z.boolean(), 'Does it speak Truce’s headers? Default: false.', true).optional(),
  agreed: whole(1, 'The version of its contract that this one was checked against.', 3).optional(),
  budget: say(
    z.union([z.literal('none'), budget]),
    'How much extra traffic retries may make; none: as much as they like. Default: ratio 0.5, scope process.',
    { ratio: 0.2, scope: 'fleet' },
  ).optional(),
  governor: oneOf(
    ['none'],
    'none: nothing is shed where attempts time out. Default: retries are shed first, then originals.',
    'none',
  ).optional(),
  breaker: say(
    z.union([z.literal('none'), breaker]),
    'When calls are refused because nearly all fail; none: never. Default: only a dependency that is dead (all of 20 calls in 10 s failed).',
    { window: '10s', failureRate: '50%', openRate: '80%', minimumCalls: 20 },
  ).optional(),
  concurrency: say(
    concurrency,
    'Attempts at once: a number (as many again may wait), limit and queue, or adaptive: learned from how long answers take. Default: none, no limit.',
    50,
    'adaptive',
    { limit: 50, queue: 10 },
  ).optional(),
  layers: say(
    z.array(
      z.strictObject({
        name: name('What it is.', 'istio'),
        attempts: whole(1, 'Attempts that it makes of one of ours (attempts, not retries).', 3),
      }),
    ),
    'Foreign layers below ours that make attempts, the outer first.',
    [{ name: 'istio', attempts: 3 }],
  ).optional(),
  partition: partition.optional(),
  mode: mode.optional(),
  operations: say(z.record(operationKey, operation), 'What is called there, by name.', {
    reserve: { use: 'interactive', effect: 'write' },
  }).optional(),
})
