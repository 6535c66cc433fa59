/**
 * The pure core: decisions without clock, timer, promise or randomness of their own. The guard, the
 * queue consumer and the simulator drive these same functions.
 *
 * @module
 */
export * from './admission/index.js'
export * from './attempt-timeout.js'
export * from './backoff.js'
export * from './breaker.js'
export * from './breaker-rule.js'
export * from './budget.js'
export * from './classify.js'
export * from './concurrency.js'
export * from './deadline.js'
export * from './degrade.js'
export * from './dependency.js'
export * from './detector.js'
export * from './governor.js'
export * from './hedge.js'
export * from './hold.js'
export * from './leases.js'
export * from './limit.js'
export * from './line.js'
export * from './partitions.js'
export * from './presets.js'
export * from './process-budget.js'
export * from './quantile.js'
export * from './random.js'
export * from './retry.js'
export * from './shares.js'
export * from './stop.js'
export * from './window.js'
