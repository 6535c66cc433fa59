/**
 * Graph: which served operation calls which, over all given documents.
 *
 * @module
 */
import type { Call, Contract, Depended, Operation, Served } from '../document/model.js'

/** Everything that rules look at. */
export interface Graph {
  readonly contracts: readonly Contract[]
  /** Served operations by `SERVICE.OPERATION`. */
  readonly served: ReadonlyMap<string, ServedNode>
  /** Called operations, each with what it reaches. */
  readonly edges: readonly Edge[]
  /** Layers that scan found in the code; none where it did not run. */
  readonly scanned: readonly ScannedLayer[]
}

/** A served operation and whom it calls. */
export interface ServedNode {
  readonly contract: Contract
  readonly served: Served
  readonly edges: readonly Edge[]
}

/** One called operation, by one served operation or (named by none) by the service itself. */
export interface Edge {
  readonly contract: Contract
  /** `undefined`: no `calls` names it; it is a path of its own from the service. */
  readonly from: Served | undefined
  readonly call: Call | undefined
  readonly depended: Depended
  readonly operation: Operation
  /** What it reaches, where that service's document is given. */
  readonly to: { readonly contract: Contract; readonly served: Served } | undefined
}

export interface ScannedLayer {
  readonly library: string
  readonly file: string
  readonly line: number
  readonly attempts: number | null
}
