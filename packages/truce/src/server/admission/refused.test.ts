import { expect, test } from 'vitest'
import type { Refusal } from '../../policy/admission/index.js'
import { leftWaiting, refusedFor } from './refused.js'

const fieldsOf = (refusal: Refusal, retry = false) => {
  const { reason, answer, pushback } = refusedFor(refusal, retry)
  const { 'retry-after': after, ratelimit } = Object.fromEntries(answer.headers)
  const { type, retryIn } = JSON.parse(new TextDecoder().decode(answer.body)) as { type: string; retryIn?: number }
  return {
    reason,
    status: answer.status,
    after,
    ratelimit,
    pushback,
    type: type.replace('urn:truce:problem:', ''),
    retryIn,
  }
}

test.each<[string, Refusal, boolean, object]>([
  [
    'no room: a slot to the ms, and in whole seconds, rounded up',
    { reason: 'overloaded', scope: 'service', slot: 1_000.2 },
    false,
    {
      status: 503,
      type: 'no-room',
      after: '2',
      retryIn: 1_001,
      ratelimit: undefined,
      pushback: { applied: false, reason: 'overloaded', scope: 'service', slot: 1_000.2 },
    },
  ],
  [
    'a slot at once',
    { reason: 'overloaded', scope: 'host', slot: 0 },
    true,
    { after: '0', retryIn: 0, pushback: { applied: false, reason: 'overloaded', scope: 'host', slot: 0 } },
  ],
  [
    'a caller above its share',
    { reason: 'share', scope: 'service', slot: 2_500 },
    true,
    { status: 503, type: 'share-used', after: '3', ratelimit: '"share";r=0;t=3' },
  ],
  [
    'retries above theirs: no place is kept, and they have room again as originals come',
    { reason: 'share', scope: 'service', slot: undefined },
    true,
    {
      type: 'share-used',
      after: '1',
      ratelimit: '"retries";r=0;t=1',
      pushback: { applied: false, reason: 'share', scope: 'service' },
    },
  ],
  [
    'an end: another instance can take it now',
    { reason: 'draining', scope: 'host', slot: undefined },
    false,
    {
      status: 503,
      type: 'draining',
      after: undefined,
      pushback: { applied: false, reason: 'draining', scope: 'host' },
    },
  ],
  [
    'too late: as everything that comes too late',
    { reason: 'deadline', scope: 'service', slot: undefined },
    false,
    { reason: 'deadline', status: 504, type: 'deadline-passed', after: undefined, pushback: undefined },
  ],
])('%s', (_, refusal, retry, expected) => {
  expect(fieldsOf(refusal, retry)).toMatchObject(expected)
})

test('who left while it waited is answered too: nobody reads it', () => {
  expect([leftWaiting.reason, leftWaiting.answer.status]).toEqual(['left', 499])
})
