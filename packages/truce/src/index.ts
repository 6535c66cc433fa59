/**
 * Truce: the retry contract between services. The caller's side.
 *
 * @module
 */
export type { Attempt } from './guard/attempt.js'
export type { CallContext } from './context/context.js'
export type { Abortable } from './context/hub.js'
export type { Owner } from './context/owner.js'
export type { PeerPort } from './context/peer-port.js'
export type { Clock, Alarm } from './guard/clock.js'
export type { BreakerControl, By, OverrideInForce } from './guard/breaker-control.js'
export { type Dependency, dependency } from './guard/dependency.js'
export type { Guarded } from './guard/invoke.js'
export type { Outcome } from './guard/outcome.js'
export {
  AttemptTimeoutError,
  BreakerOpenError,
  DeadlineError,
  isTruceError,
  OptionError,
  OverloadedError,
  OvertakenError,
  type Refusal,
  type TruceErrorCode,
} from './guard/errors.js'
export { type Explanation, explain } from './guard/explain.js'
export type { Operation } from './guard/operation.js'
export type { BreakerOptions } from './guard/options/breaker-options.js'
export {
  type BudgetOptions,
  type SharedBudget,
  sharedBudget,
  type TrafficClass,
} from './guard/options/budget-options.js'
export type { AdaptiveConcurrency, DependencyOptions, Mode, PartitionBy } from './guard/options/dependency-options.js'
export type { AdaptiveTimeoutOptions, HedgeOptions } from './guard/options/latency-options.js'
export type { IdempotencyOptions } from './guard/options/idempotency-options.js'
export type { BackoffOptions, OperationOptions } from './guard/options/operation-options.js'
export type { CachedOptions, DegradeWhen, StandInOptions } from './guard/options/stand-in-options.js'
export type { Duration, Rate, Share } from './options/units.js'
export { type RetryOptions, retry } from './guard/retry.js'
export type { Failed, Fallback, Quality } from './guard/fallback.js'
export type { RetriesStopped, RetryControl } from './guard/retry-control.js'
export type { RunOptions } from './guard/run-options.js'
export type { Jitter } from './policy/backoff.js'
export type { BreakerState } from './policy/breaker.js'
export type { Certainty, Classifier, Failure, FailureClass, TransientClass } from './policy/classify.js'
export { failure } from './policy/classify.js'
export type { Profile } from './profiles/profile.js'
export type { PresetName } from './policy/presets.js'
export type { StopReason } from './policy/stop.js'
export type { DependencyGauges } from './telemetry/counters.js'
