/**
 * Documents, checked, compared and questioned: all of the contract but the guards.
 *
 * Whoever only reads documents (a command line, a test) does not load the engine that guards calls for it: that is a
 * third of its start.
 *
 * @module
 */
export { type Loaded, type LoadOptions, loadDocuments } from './document/load.js'
export type { Skipped } from './document/find-files.js'
export { parseDocument, type Parsed } from './document/parse.js'
export type { DocumentProblem } from './document/problem.js'
export type * from './document/model.js'
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
