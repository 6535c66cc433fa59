/**
 * A modelled dependency, as it is written.
 *
 * @module
 */
import { PERMANENT, TRANSIENT } from 'truce/policy'
import { z } from 'zod'
import { strategy } from './strategy.js'
import { duration, durationOr0, flag, nameKey, oneOf, rate, say, share, shareOr0, whole } from './units.js'

const distribution = z.strictObject({
  kind: oneOf(['constant', 'exponential', 'lognormal'], 'How times are spread.', 'exponential'),
  value: durationOr0('constant: every time.', '20ms').optional(),
  mean: duration('exponential: the mean.', '20ms').optional(),
  p50: duration('lognormal: the median.', '20ms').optional(),
  p99: duration('lognormal: the 99th percentile.', '200ms').optional(),
})

const fault = z.strictObject({
  at: durationOr0('When it begins.', '60s'),
  for: duration('How long it lasts.', '15s'),
  share: share('Of the attempts that it concerns. Default: all.', '20%').optional(),
  down: flag('It refuses at once.').optional(),
  hang: flag('With down: what arrives is never answered.').optional(),
  frozen: flag('Nothing moves: what arrives waits, and what is served is done later.').optional(),
  errors: share('Of the attempts, served and answered with a failure.', '30%').optional(),
  class: oneOf([...TRANSIENT, ...PERMANENT], 'With errors: their class. Default: internal.', 'unavailable').optional(),
  slow: say(z.number().gt(0), 'Service time × this, more than 0.', 10).optional(),
  workers: whole(0, 'So many workers are left.', 5).optional(),
  lostAnswers: share('Of the attempts, served, and never answered.', '5%').optional(),
})

const calls = z.strictObject({
  times: whole(1, 'How often, one after the other. Default: 1.', 1).optional(),
  strategy: say(
    z.union([z.literal('same'), strategy]),
    'How it deals with failure: same is the strategy under test. Default: same.',
    'same',
  ).optional(),
  peer: flag('Is exhaustion below heard above? Default: false.').optional(),
})

export const dependency = z.strictObject({
  workers: whole(1, 'Attempts served at once.', 40),
  queue: whole(0, 'How many may wait; beyond them it refuses at once. Default: 1000.', 2000).optional(),
  service: say(distribution, 'How long it works on an attempt.', { kind: 'exponential', mean: '20ms' }),
  loaded: say(
    z.strictObject({
      queued: shareOr0('Service time grows by this for each attempt that waits.', '2%').optional(),
      inFlight: durationOr0('Service time grows by this for each attempt served beside it.', '10ms').optional(),
    }),
    'Service that gets slower under load. Default: it does not.',
    { queued: '2%' },
  ).optional(),
  network: say(distribution, 'Way there, and again way back. Default: none.', {
    kind: 'constant',
    value: '1ms',
  }).optional(),
  calls: say(z.record(nameKey, calls), 'Dependencies that it calls before an attempt of it is done.', {
    ledger: { times: 1 },
  }).optional(),
  instances: whole(1, 'Processes that serve it: each is a client of what it calls. Default: 1.', 4).optional(),
  deadlines: flag('It knows until when callers wait, and drops what has expired. Default: false.').optional(),
  admits: say(
    z.strictObject({
      rate: rate('It takes so many.', '100/s'),
      burst: whole(1, 'And so many at once. Default: as many as in a second.', 100).optional(),
    }),
    'It takes no more than this and refuses the rest at once. Default: no limit.',
    { rate: '100/s' },
  ).optional(),
  admission: say(
    z.union([
      z.boolean(),
      z.strictObject({
        originals: duration('Longest expected wait of an original. Default: 400ms.', '400ms').optional(),
        retries: duration('Longest expected wait of a retry. Default: 100ms.', '100ms').optional(),
      }),
    ]),
    "Truce's admission: it learns how many it can serve at once, and refuses at once what would wait too long. Default: none.",
    { originals: '400ms', retries: '100ms' },
  ).optional(),
  faults: say(z.array(fault), 'What goes wrong, and when; they may overlap.', [
    { at: '60s', for: '15s', down: true },
  ]).optional(),
})
