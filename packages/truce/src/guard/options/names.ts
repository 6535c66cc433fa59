/**
 * Names: which options there are of a dependency, of an operation and of a call.
 *
 * In one place, so that an option given in the wrong one can be told where it belongs.
 *
 * @module
 */

export const OF_DEPENDENCY = [
  'service', 'layer', 'instances', 'concurrency', 'budget', 'governor', 'breaker', 'partition', 'peer', 'profile',
  'classify',
  'inherit', 'mode', 'clock', 'random',
] as const // prettier-ignore

export const OF_OPERATION = [
  'use', 'effect', 'attempts', 'attemptTimeout', 'deadline', 'backoff', 'retryOn', 'risk', 'idempotency', 'owner',
  'immediate', 'hedge', 'exhausted', 'fallback', 'degradeWhen', 'idle', 'classify', 'mode',
] as const // prettier-ignore

export const OF_RUN = [
  'key', 'age', 'signal', 'urgency', 'deadline', 'context', 'replayable', 'partition', 'cacheKey',
] as const // prettier-ignore
