/**
 * Rules: all that `check` looks for, in the order in which the docs list them.
 *
 * @module
 */
import type { Rule } from './finding.js'
import { agreedOutdated } from './rules/agreed-outdated.js'
import { amplification } from './rules/amplification.js'
import { attemptsExceedDeadline } from './rules/attempts-exceed-deadline.js'
import { brokerLimitBelowAttempts } from './rules/broker-limit-below-attempts.js'
import { cachedWithoutAge } from './rules/cached-without-age.js'
import { cachedWithoutKey } from './rules/cached-without-key.js'
import { callerGivesUpFirst } from './rules/caller-gives-up-first.js'
import { cycle } from './rules/cycle.js'
import { deadlineAboveSlo } from './rules/deadline-above-slo.js'
import { deadlineExceedsCaller } from './rules/deadline-exceeds-caller.js'
import { exhaustedUndefined } from './rules/exhausted-undefined.js'
import { fallbackOnWrite } from './rules/fallback-on-write.js'
import { floorAddsUp } from './rules/floor-adds-up.js'
import { keyNotForwarded } from './rules/key-not-forwarded.js'
import { keyNotHonoured } from './rules/key-not-honoured.js'
import { mismatch } from './rules/mismatch.js'
import { noBackoff } from './rules/no-backoff.js'
import { noBreaker } from './rules/no-breaker.js'
import { noBudget } from './rules/no-budget.js'
import { noHeadroom } from './rules/no-headroom.js'
import { noJitter } from './rules/no-jitter.js'
import { retriesAboveShare } from './rules/retries-above-share.js'
import { retryPermanent } from './rules/retry-permanent.js'
import { timeoutBelowLatency } from './rules/timeout-below-latency.js'
import { tooManyAttempts } from './rules/too-many-attempts.js'
import { ttlBelowWindow } from './rules/ttl-below-window.js'
import { twoOwners } from './rules/two-owners.js'
import { unboundedDeliveries } from './rules/unbounded-deliveries.js'
import { undeclaredLayer } from './rules/undeclared-layer.js'
import { unknownOperation } from './rules/unknown-operation.js'
import { unsafeRetry } from './rules/unsafe-retry.js'
import { windowBelowRetries } from './rules/window-below-retries.js'

export const RULES: readonly Rule[] = Object.freeze([
  amplification,
  unsafeRetry,
  ttlBelowWindow,
  windowBelowRetries,
  keyNotForwarded,
  attemptsExceedDeadline,
  timeoutBelowLatency,
  callerGivesUpFirst,
  deadlineExceedsCaller,
  noJitter,
  noBackoff,
  tooManyAttempts,
  noBudget,
  noBreaker,
  floorAddsUp,
  retryPermanent,
  twoOwners,
  undeclaredLayer,
  exhaustedUndefined,
  cachedWithoutAge,
  unboundedDeliveries,
  unknownOperation,
  mismatch,
  cycle,
  noHeadroom,
  retriesAboveShare,
  deadlineAboveSlo,
  agreedOutdated,
  keyNotHonoured,
  fallbackOnWrite,
  cachedWithoutKey,
  brokerLimitBelowAttempts,
])
