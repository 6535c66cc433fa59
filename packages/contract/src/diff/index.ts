/**
 * Diff: what a new version of a document breaks, and whom.
 *
 * @module
 */
export { breaksCallers } from './breaks-callers.js'
export { type Changed, type Diff, diff, type Printed } from './diff.js'
export { diffServices, type ServiceDiff, type ServicesDiff } from './diff-services.js'
export type { FieldRule, Side } from './rule.js'
export { DIFF_RULES } from './rules.js'
