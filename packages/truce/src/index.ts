/**
 * Truce: the retry contract between services. The caller's side.
 *
 * @module
 */
export { Attempt } from './guard/attempt.js'
export type { CallContext } from './context/context.js'
export type { Clock, Alarm } from './guard/clock.js'
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
  type TruceErrorCode,
} from './guard/errors.js'
export { type Explanation, explain } from './guard/explain.js'
export type { Operation } from './guard/operation.js'
export type { BreakerOptions, BudgetOptions, DependencyOptions } from './guard/options/dependency-options.js'
export type { BackoffOptions, OperationOptions } from './guard/options/operation-options.js'
export type { Duration, Rate, Share } from './guard/options/units.js'
export { type RetryOptions, retry } from './guard/retry.js'
export type { RunOptions } from './guard/run-options.js'
export type { Certainty, Classifier, Failure, FailureClass } from './policy/classify.js'
export { failure } from './policy/classify.js'
export type { StopReason } from './policy/stop.js'
