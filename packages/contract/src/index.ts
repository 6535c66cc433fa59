/**
 * The retry contract of a service as a document: loaded, and the guards built from it.
 *
 * @module
 */
export { type Loaded, type LoadOptions, loadDocuments } from './document/load.js'
export type { Skipped } from './document/find-files.js'
export { parseDocument, type Parsed } from './document/parse.js'
export type { DocumentProblem } from './document/problem.js'
export type * from './document/model.js'
export { ContractError } from './guards/contract-error.js'
export type { Gap } from './guards/gaps.js'
export { type Guards, guardsOf } from './guards/guards.js'
export type { KeyValues } from './guards/key-template.js'
export { loadContract } from './guards/load-contract.js'
export type { OperationOverrides, Override } from './guards/overrides.js'
export type { IdempotencyTerms, ServedOptions } from './guards/served.js'
export type { Surroundings } from './guards/surroundings.js'
export {
  type AcceptedFinding,
  type AmplificationRow,
  type Baseline,
  check,
  type CheckOptions,
  type CheckResult,
  type Compare,
  type Example,
  type Finding,
  type Rule,
  RULES,
  type ScannedLayer,
  type Severity,
  type WindowRow,
} from './check/index.js'
export { nearest } from './document/nearest.js'
export { type Answer, type Question, QUESTIONS } from './checklist/answers.js'
export { type Checklist, checklist, type ChecklistItem } from './checklist/checklist.js'
export { breaksCallers } from './diff/breaks-callers.js'
export { type Changed, type Diff, diff, type Printed } from './diff/diff.js'
export { diffServices, type ServiceDiff, type ServicesDiff } from './diff/diff-services.js'
export { DIFF_RULES } from './diff/rules.js'
export type { FieldRule, Side } from './diff/rule.js'
