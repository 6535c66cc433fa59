/**
 * A strategy, as it is written: the words of the contract.
 *
 * @module
 */
import { PERMANENT, TRANSIENT } from 'truce/policy'
import { z } from 'zod'
import { duration, durationOr0, flag, limit, oneOf, rate, say, share, shareOr0, whole } from './units.js'

const backoff = z.strictObject({
  initial: durationOr0('Wait before the first retry, before jitter.', '50ms').optional(),
  factor: say(z.number().min(1), 'Growth from one retry to the next, at least 1. Default: 2.', 2).optional(),
  max: durationOr0('No wait is longer.', '1s').optional(),
  jitter: oneOf(['full', 'equal', 'decorrelated', 'none'], 'How waits are spread. Default: full.', 'full').optional(),
})

const budget = z.strictObject({
  ratio: share(
    'Hard ceiling on retries ÷ originals over 10 s, in fleets of 11 to 299 instances over up to 30 s. Default: 0.5.',
    0.2,
  ).optional(),
  floor: rate('Extra allowance of each instance. Default: none.', '1/s').optional(),
  max: rate('Hard ceiling on retries. Default: none.', '10/s').optional(),
})

const breaker = z.strictObject({
  kind: oneOf(['time', 'count', 'consecutive'], 'What is remembered. Default: time.', 'time').optional(),
  failures: whole(1, 'consecutive: it opens after so many in a row. Default: 5.', 5).optional(),
  size: whole(1, 'count: outcomes remembered. Default: 100.', 100).optional(),
  window: duration('time: the span remembered. Default: 10s.', '10s').optional(),
  failureRate: shareOr0('Share of failures from which it sheds. Default: 50%.', '50%').optional(),
  openRate: share('Share of failures from which it is open. Default: 80%.', '80%').optional(),
  minimumCalls: whole(1, 'Outcomes needed for a judgement. Default: 20.', 20).optional(),
  slowCall: durationOr0('Successes slower than this are slow calls. Default: none are.', '2s').optional(),
  slowRate: shareOr0('Share of slow calls from which it opens. Default: 100%.', '80%').optional(),
  cooldown: durationOr0('First open time, ± 25 %. Default: 500ms.', '500ms').optional(),
  cooldownMax: durationOr0('It doubles up to this while probes fail. Default: 2s.', '2s').optional(),
  probes: whole(1, 'Attempts let through while half-open. Default: 3.', 3).optional(),
  closeAfter: whole(1, 'So many of them must succeed. Default: 2.', 2).optional(),
  ramp: durationOr0('Time in which traffic grows back. Default: 1s.', '1s').optional(),
})

export const strategy = z.strictObject({
  use: oneOf(
    ['interactive', 'baseline', 'background', 'stream'],
    'Preset; what is not said is its. Without it: one attempt, no wait, no budget, no governor, no breaker.',
    'baseline',
  ).optional(),
  like: say(
    z.string().min(1).max(40),
    'A model of another library, by its name. Default: truce.',
    'finagle',
  ).optional(),
  settings: say(z.record(z.string(), z.number()), 'With like: numbers that the model knows.', {
    ratio: 0.2,
  }).optional(),
  unsafe: flag('It repeats writes regardless. Default: false.').optional(),
  attempts: whole(1, 'Attempts of one call, the original included.', 3).optional(),
  attemptTimeout: limit('What one attempt may take.', '1s').optional(),
  deadline: limit('What the whole call may take, waits included.', '3s').optional(),
  backoff: say(z.union([z.literal('none'), backoff]), 'How long to wait before a retry; none: not at all.', {
    initial: '50ms',
    max: '1s',
  }).optional(),
  retryOn: say(z.array(z.enum([...TRANSIENT, ...PERMANENT])).min(1), 'Classes worth another attempt.', [
    'timeout',
  ]).optional(),
  budget: say(z.union([z.literal('none'), budget]), 'How much extra traffic retries may make.', 'none', {
    ratio: 0.2,
  }).optional(),
  governor: oneOf(
    ['none', 'on'],
    'How much room the answers leave. Default: on with use, else none.',
    'none',
  ).optional(),
  breaker: say(z.union([z.literal('none'), breaker]), 'When calls are refused because nearly all fail.', 'none', {
    failureRate: '50%',
  }).optional(),
  concurrency: say(
    z.union([
      z.literal('none'),
      z.int().min(1),
      z.strictObject({
        limit: whole(1, 'Attempts at once.', 50),
        queue: whole(0, 'Calls that may wait. Default: as many as the limit.', 50).optional(),
      }),
    ]),
    'Attempts at once, of one instance. Default: no limit.',
    50,
    { limit: 50, queue: 10 },
  ).optional(),
})
