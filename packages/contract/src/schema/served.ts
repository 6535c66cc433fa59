/**
 * What a service promises its callers: the `serves` part of the document.
 *
 * @module
 */
import { z } from 'zod'
import { TARGET } from '../document/forms.js'
import { duration, limit, oneOf, rate, say, share, shareOr0, whole, word } from './units.js'

const idempotency = z.union([
  z.literal('natural'),
  z.strictObject({
    key: oneOf(
      ['required', 'optional'],
      'Does it refuse requests without an idempotency key? Default: required.',
      'required',
    ).optional(),
    ttl: duration('How long it remembers a key: at least as long as any caller may repeat it.', '72h').optional(),
    fields: say(
      z.array(word('A field of the payload.', 'cartId')).min(1),
      'Fields of the payload that make it what it is; the same key with others is refused. Default: the whole payload.',
      ['cartId', 'lines'],
    ).optional(),
  }),
])

const call = z.union([
  z.int().min(1),
  z.strictObject({
    times: whole(1, 'How often one call of the operation calls it. Default: 1.', 2).optional(),
    concurrent: say(z.boolean(), 'All at once, rather than one after the other. Default: false.', true).optional(),
  }),
])

export const served = z.strictObject({
  effect: oneOf(['read', 'write'], 'Does it change anything?', 'write'),
  urgency: oneOf(
    ['interactive', 'background'],
    'Does somebody wait for it? Default: interactive.',
    'interactive',
  ).optional(),
  deadline: limit('It stops working on a call after that. Default: when its caller gives up.', '3s').optional(),
  latency: say(
    z.strictObject({
      p50: duration('Half of its answers come within it.', '120ms').optional(),
      p99: duration('99 of 100 answers come within it.', '900ms').optional(),
    }),
    'How long its answers take.',
    { p50: '120ms', p99: '900ms' },
  ).optional(),
  rate: rate('Originals that it expects.', '200/s').optional(),
  capacity: rate('Attempts that it can serve.', '600/s').optional(),
  slo: say(
    z.strictObject({
      p99: duration('99 of 100 answers are to come within it.', '3500ms').optional(),
      availability: share('Of calls that are to succeed.', '99.9%').optional(),
    }),
    'What it is measured by.',
    { p99: '3500ms', availability: '99.9%' },
  ).optional(),
  retries: say(
    z.strictObject({
      share: shareOr0('Retries that it admits from all its callers, as a share of originals.', '10%').optional(),
    }),
    'How many retries it admits.',
    { share: '10%' },
  ).optional(),
  idempotency: say(
    idempotency,
    'How it treats repeated writes: natural (repeating is harmless), or the rules of its idempotency keys. Default: it takes no keys.',
    { key: 'required', ttl: '72h', fields: ['cartId', 'lines'] },
    'natural',
  ).optional(),
  calls: say(
    z.record(z.string().regex(TARGET), call),
    'What one call of it calls, and how often: DEPENDENCY.OPERATION: times.',
    { 'inventory.reserve': 2 },
    { 'inventory.reserve': { times: 2, concurrent: true } },
  ).optional(),
})
