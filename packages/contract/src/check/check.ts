/**
 * Check: is what the given services agreed safe?
 *
 * @module
 */
import { type AmplificationRow, amplificationOf } from '../amplification/rows.js'
import type { Contract } from '../document/model.js'
import { buildGraph } from '../graph/build.js'
import type { Compare, Graph, ScannedLayer } from '../graph/graph.js'
import { type WindowRow, windowRows } from '../windows/windows.js'
import { type Baseline, against } from './baseline.js'
import type { Complaint, Finding, Rule } from './finding.js'
import { RULES } from './rules.js'

export interface CheckOptions {
  /** Layers that `scan` found in the code. */
  readonly scanned?: readonly ScannedLayer[] | undefined
  /** Warnings count as errors. */
  readonly strict?: boolean | undefined
  /** What is in it is accepted; what is new or worse is not. */
  readonly baseline?: Baseline | undefined
  /** What breaks whoever agreed to an older document: `diff`. Without it `agreed-outdated` only warns. */
  readonly compare?: Compare | undefined
}

/** As `truce check --json` prints it. Times are ms. */
export interface CheckResult {
  /** No finding is an error. */
  readonly ok: boolean
  readonly findings: readonly Finding[]
  /** Findings that the baseline accepts. */
  readonly accepted: readonly Finding[]
  /** So many that the baseline lists are there no more: until it is written again they may come back unnoticed. */
  readonly gone: number
  readonly amplification: readonly AmplificationRow[]
  readonly windows: readonly WindowRow[]
}

/**
 * Checks documents against each other, and each by itself.
 *
 * @param contracts as `loadDocuments` or `parseDocument` made them; of two of one service the newer counts, and the
 * older is what another's `agreed` may name
 * @returns findings by file and line, what each user action can cost, and how long keys are repeated
 * @example
 * const { contracts } = await loadDocuments(['services'])
 * const { ok, findings } = check(contracts)
 * for (const { file, line, message, fix } of findings) console.log(`${file}:${line} ${message} ${fix}`)
 */
export function check(contracts: readonly Contract[], options: CheckOptions = {}): CheckResult {
  const graph = buildGraph(contracts, options)
  const all = sorted(RULES.flatMap((rule) => findingsOf(rule, graph)))
  const { findings, accepted, gone } = against(options.baseline, all)
  const judged = options.strict ? findings.map((each) => ({ ...each, severity: 'error' as const })) : findings
  return {
    ok: judged.every(({ severity }) => severity !== 'error'),
    findings: judged,
    accepted,
    gone,
    amplification: amplificationOf(graph).flatMap(({ rows }) => rows.map(printable)),
    windows: windowRows(graph),
  }
}

/** JSON has no word for what is beyond all numbers: the largest stands for it. */
const finite = (value: number): number => (value < Number.MAX_VALUE ? value : Number.MAX_VALUE)

const printable = (row: AmplificationRow): AmplificationRow =>
  row.worst < Number.MAX_VALUE
    ? row
    : { ...row, worst: finite(row.worst), outage: finite(row.outage), limited: finite(row.limited) }

function findingsOf(rule: Rule, graph: Graph): Finding[] {
  return [...rule.check(graph)].map((complaint) => findingOf(rule, complaint))
}

function findingOf(rule: Rule, complaint: Complaint): Finding {
  const { contract, path, operation, message, fix, severity = rule.severity, about, amount } = complaint
  return {
    rule: rule.name,
    severity,
    service: contract.service,
    ...(operation !== undefined && { operation }),
    message,
    fix,
    file: contract.file,
    ...contract.at(path),
    ...(about !== undefined && { about }),
    ...(amount !== undefined && { amount: finite(amount) }),
  }
}

/** By place, so that the output is the same whatever the order of the rules. */
function sorted(findings: Finding[]): Finding[] {
  return findings.toSorted(
    (one, other) =>
      compare(one.file, other.file) ||
      one.line - other.line ||
      one.column - other.column ||
      compare(one.rule, other.rule) ||
      compare(one.operation ?? '', other.operation ?? ''),
  )
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
