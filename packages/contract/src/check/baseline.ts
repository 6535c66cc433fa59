/**
 * Baseline: findings that were there when somebody began to check; what gets worse is found all the same.
 *
 * A team that meets forty findings on the first day switches the check off. With a baseline it fails for the
 * forty-first, and for one of the forty that grows.
 *
 * @module
 */
import type { Finding, Severity } from './finding.js'

/** Of an earlier result, as `truce check --json` printed it; what else it has is not looked at. */
export interface Baseline {
  readonly findings: readonly AcceptedFinding[]
}

export interface AcceptedFinding {
  readonly rule: string
  readonly service: string
  readonly operation?: string
  readonly about?: string
  readonly amount?: number
  readonly severity?: Severity
}

interface Compared {
  readonly findings: readonly Finding[]
  readonly accepted: readonly Finding[]
  readonly gone: number
}

/** Findings that are new or worse, those that the baseline accepts, and how many that it lists are there no more. */
export function against(baseline: Baseline | undefined, findings: readonly Finding[]): Compared {
  if (!baseline) return { findings, accepted: [], gone: 0 }
  const known = new Map<string, AcceptedFinding[]>()
  for (const finding of baseline.findings) {
    const alike = known.get(identity(finding))
    if (alike) alike.push(finding)
    else known.set(identity(finding), [finding])
  }
  const accepts = (finding: Finding) =>
    known.get(identity(finding))?.some((before) => !isWorse(finding, before)) ?? false
  const here = new Set(findings.map(identity))
  return {
    findings: findings.filter((each) => !accepts(each)),
    accepted: findings.filter(accepts),
    gone: baseline.findings.filter((each) => !here.has(identity(each))).length,
  }
}

/** Not by line or message: these change without anything getting worse. */
function identity({ rule, service, operation, about }: AcceptedFinding): string {
  return JSON.stringify([rule, service, operation ?? '', about ?? ''])
}

/** A larger number, or an error that was a warning. */
function isWorse(finding: Finding, before: AcceptedFinding): boolean {
  if (finding.severity === 'error' && before.severity === 'warning') return true
  if (finding.amount === undefined || before.amount === undefined) return false
  return finding.amount > before.amount
}
