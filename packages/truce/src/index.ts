/**
 * Truce: the retry contract between services. The caller's side.
 *
 * @module
 */
export { Attempt } from './guard/attempt.js'
export type { CallContext } from './context/context.js'
export type { Owner } from './context/owner.js'
export type { Clock, Alarm } from './guard/clock.js'
export type { BreakerControl, By, OverrideInForce } from './guard/breaker-control.js'
export { type Dependency, dependency } from './guard/dependency.js'
export type { Guarded } from './guard/invoke.js'
export type { Outcome } from './guard/ending.js'
export {
  AttemptTimeoutError,
  BreakerOpenError,
  DeadlineError,
  isTruceError,
  OptionError,
  OverloadedError,
  OvertakenError,
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
export type { AdaptiveConcurrency, DependencyOptions, PartitionBy } from './guard/options/dependency-options.js'
export type { AdaptiveTimeoutOptions, HedgeOptions } from './guard/options/latency-options.js'
export type { BackoffOptions, OperationOptions } from './guard/options/operation-options.js'
export type { CachedOptions, DegradeWhen } from './guard/options/stand-in-options.js'
export type { Duration, Rate, Share } from './guard/options/units.js'
export { type RetryOptions, retry } from './guard/retry.js'
export type { Failed, Fallback, Quality } from './guard/fallback.js'
export type { RunOptions } from './guard/run-options.js'
export type { Certainty, Classifier, Failure, FailureClass } from './policy/classify.js'
export { failure } from './policy/classify.js'
export type { StopReason } from './policy/stop.js'
