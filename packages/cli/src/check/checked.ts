/**
 * Checked: what there is to print of a check.
 *
 * @module
 */
import type { CheckResult } from '@truce/contract/check'
import type { Contract } from '@truce/contract/document'

export interface Checked {
  readonly result: CheckResult
  readonly contracts: readonly Contract[]
}
