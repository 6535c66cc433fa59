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
  /** `null`, which JSON writes for it: nothing bounds it. */
  readonly amount?: number | null
  readonly severity?: Severity
}

/** Findings that are new or worse, and those that the baseline accepts. */
export function against(
  baseline: Baseline | undefined,
  findings: readonly Finding[],
): { readonly findings: readonly Finding[]; readonly accepted: readonly Finding[] } {
  if (!baseline) return { findings, accepted: [] }
  const known = new Map<string, AcceptedFinding[]>()
  for (const finding of baseline.findings) {
    const alike = known.get(identity(finding))
    if (alike) alike.push(finding)
    else known.set(identity(finding), [finding])
  }
  const accepts = (finding: Finding) =>
    known.get(identity(finding))?.some((before) => !isWorse(finding, before)) ?? false
  return { findings: findings.filter((each) => !accepts(each)), accepted: findings.filter(accepts) }
}

/** Not by line or message: these change without anything getting worse. */
function identity({ rule, service, operation, about }: AcceptedFinding): string {
  return JSON.stringify([rule, service, operation ?? '', about ?? ''])
}

/** A larger number, or an error that was a warning. */
function isWorse(finding: Finding, before: AcceptedFinding): boolean {
  if (finding.severity === 'error' && before.severity === 'warning') return true
  if (finding.amount === undefined || typeof before.amount !== 'number') return false
  return finding.amount > before.amount
}
