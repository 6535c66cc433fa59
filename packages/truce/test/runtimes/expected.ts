/**
 * What every runtime has to answer to the scenarios.
 *
 * @module
 */
import type { Scenario } from './scenarios.js'

export const expected: Readonly<Record<Scenario, unknown>> = {
  'retry() repeats': 3,
  'a 503 and then an answer': [200, 'attempt 2'],
  'a write is repeated with its key only': [503, 'unsafe', 200, 'attempt 2'],
  'a key is made once for all attempts of a call': [true, true, 2, true],
  'Retry-After is waited for': [200, true],
  'an abort ends the wait': 'AbortError',
  'a hanging answer is cut by the attempt timeout': ['TRUCE_ATTEMPT_TIMEOUT', 'attempts', 'timeout', 'unknown', 2],
  // No runtime but Node tells a refused connection from one that was lost.
  'a refused connection': ['thrown by fetch', 'attempts', 'unavailable', 'unknown', 2],
  'an abort cuts the body': 'AbortError',
  'a breaker opens': ['attempts', 'attempts', 'breaker'],
  'a budget ends the repeats': 'budget',
  'a deadline ends it': ['TRUCE_DEADLINE', 'deadline', 'timeout', 'unknown', 1],
  'callers beyond the concurrency wait': [200, 200, 200],
  'what happened is counted': [['truce_calls_total 1', 'truce_attempts_total 2'], true],
  'the attempt log says that it needs Node': 'listen instead',
}

export const every = Object.keys(expected) as Scenario[]
