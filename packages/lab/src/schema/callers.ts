/**
 * A population of callers, as it is written.
 *
 * @module
 */
import { z } from 'zod'
import { duration, durationOr0, flag, oneOf, rate, say, target, whole } from './units.js'

const point = z.strictObject({
  at: durationOr0('When.', '20s'),
  rate: say(
    z.union([z.string().regex(/^\d{1,15}(\.\d{1,15})?\/(s|m|h)$/), z.number().min(0)]),
    'The rate then.',
    '80/s',
  ),
})

const arrivals = z.strictObject({
  closed: whole(1, 'Callers of each instance: each calls, thinks, and calls again.', 1).optional(),
  think: durationOr0('With closed: mean time (exponential) between the calls of one. Default: 0.', '5s').optional(),
  once: flag('With closed: one call each.').optional(),
  start: oneOf(
    ['now', 'think'],
    'With closed: begins with the call, or with a think. Default: think.',
    'now',
  ).optional(),
  open: say(
    z.union([rate('A rate for the whole group.', '200/s'), z.array(point).min(1)]),
    'Poisson, for the whole group: a rate, or points between which it changes evenly.',
    '200/s',
    [{ at: 0, rate: '40/s' }],
  ).optional(),
  recorded: say(
    z.string().min(1),
    'File with attempt records: their originals arrive again.',
    'attempts.jsonl',
  ).optional(),
})

export const callers = z.strictObject({
  instances: whole(1, 'Processes, each with policies of its own. Default: 1.', 400).optional(),
  arrivals: say(arrivals, 'How calls come: closed, open, or recorded.', { open: '200/s' }),
  calls: target('What they call.', 'registry.validate'),
  effect: oneOf(['read', 'write'], 'Does it change anything? Default: read.', 'write').optional(),
  idempotent: flag('Is a repeated write recognised there? Default: false.').optional(),
  pool: say(
    z.strictObject({
      size: whole(1, 'Connections of each instance.', 10),
      acquireTimeout: duration('Longest wait for one. Default: 1s.', '1s').optional(),
    }),
    'Connections of each instance. Default: as many as it likes.',
    { size: 10 },
  ).optional(),
})
