/**
 * Check: is what services agreed safe?
 *
 * @module
 */
export type { AmplificationRow } from '../amplification/rows.js'
export type { Compare, ScannedLayer } from '../graph/graph.js'
export type { WindowRow } from '../windows/windows.js'
export type { AcceptedFinding, Baseline } from './baseline.js'
export { check, type CheckOptions, type CheckResult } from './check.js'
export type { Example, Finding, Rule, Severity } from './finding.js'
export { RULES } from './rules.js'
export { counted, number, span } from './words.js'
