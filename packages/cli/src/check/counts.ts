/**
 * Counts: a check in one line.
 *
 * @module
 */
import { type CheckResult, counted } from '@truce/contract/check'
import type { Contract } from '@truce/contract/document'

export function countsOf({ ok, findings, accepted, gone }: CheckResult, contracts: readonly Contract[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const found = [
    counted(errors, 'error'),
    counted(findings.length - errors, 'warning'),
    ...(accepted.length > 0 ? [`${accepted.length} accepted by the baseline`] : []),
    ...(gone > 0
      ? [`${gone} of the baseline no longer found: --write-baseline takes ${gone === 1 ? 'it' : 'them'} out`]
      : []),
  ].join(', ')
  const holds = contracts.length === 1 ? ['holds', 'does not hold'] : ['hold', 'do not hold']
  return `${counted(contracts.length, 'document')} ${ok ? holds[0] : holds[1]}: ${found}.`
}
