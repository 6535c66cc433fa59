/**
 * Rule: whom a change of one field breaks, and why.
 *
 * "Changed" is no verdict: a longer window breaks the server that forgets too early, a shorter one breaks nobody.
 * So each field says which direction hurts; where none does, the change is compatible both ways.
 *
 * @module
 */
import type { Contract } from '../document/model.js'

/** Who relies on the field: whoever calls this service, or whom it calls. */
export type Side = 'callers' | 'dependencies'

export type Unit = 'duration' | 'rate' | 'share' | 'number' | 'text'

/** Why a change in one direction breaks somebody. Ends a sentence that says what changed. */
type Reason = string

export interface FieldRule {
  /** The field's place with the names left out: `serves.deadline`. */
  readonly rule: string
  readonly side: Side
  readonly unit: Unit
  /** Words from the weakest promise to the strongest, for fields that are no numbers. */
  readonly order?: readonly string[]
  /** What counts where it is not written; without it, a field that appears or goes has `appears` and `goes` alone. */
  readonly absent?: number | string
  /** A greater number, a stronger word, a list that gains. */
  readonly more?: Reason
  /** A smaller number, a weaker word, a list that loses. */
  readonly less?: Reason
  /** Any other value. */
  readonly changes?: Reason
  readonly appears?: Reason
  readonly goes?: Reason
  /** Where it breaks nobody all the same. */
  readonly unless?: (change: Change) => boolean
}

/** One change, with all there is to judge it by. */
export interface Change {
  readonly path: readonly (string | number)[]
  readonly from: Contract
  readonly to: Contract
}
