/**
 * Checked: what there is to print of a check.
 *
 * @module
 */
import type { CheckResult, Contract } from '@truce/contract/documents'

export interface Checked {
  readonly result: CheckResult
  readonly contracts: readonly Contract[]
}
