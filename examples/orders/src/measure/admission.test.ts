import { expect, test } from 'vitest'
import { admissionFigures } from './admission.js'
import type { ServedAttempt } from './served.js'

const attempt = (call: string, over: Partial<ServedAttempt> = {}): ServedAttempt => ({
  t: 0,
  call,
  operation: 'reserve',
  effect: 'write',
  outcome: 'ok',
  certainty: 'applied',
  delivered: true,
  refused: undefined,
  ...over,
})
const refused = (call: string, reason: 'overloaded' | 'share', slot?: number) =>
  attempt(call, {
    outcome: 'refused',
    certainty: 'not-applied',
    refused: { reason, ...(slot !== undefined && { slot }) },
  })

test.each<[string, ServedAttempt[], ReturnType<typeof admissionFigures>]>([
  ['nothing refused', [attempt('a'), attempt('b')], { refused: {}, placed: 0, served: 0 }],
  [
    'one that came to its place',
    [refused('a', 'overloaded', 40), attempt('b'), attempt('a')],
    { refused: { overloaded: 1 }, placed: 1, served: 1 },
  ],
  ['one that never came', [refused('a', 'overloaded', 0)], { refused: { overloaded: 1 }, placed: 1, served: 0 }],
  [
    'a call that was given two places waits once',
    [refused('a', 'overloaded', 40), refused('a', 'overloaded', 90), attempt('a')],
    { refused: { overloaded: 2 }, placed: 1, served: 1 },
  ],
  [
    'no place: what comes of it is no place that was kept',
    [refused('a', 'share'), attempt('a')],
    { refused: { share: 1 }, placed: 0, served: 0 },
  ],
  [
    'what comes back and fails is not served',
    [refused('a', 'overloaded', 40), attempt('a', { outcome: 'internal' })],
    { refused: { overloaded: 1 }, placed: 1, served: 0 },
  ],
])('%s', (_, attempts, expected) => expect(admissionFigures(attempts)).toEqual(expected))
