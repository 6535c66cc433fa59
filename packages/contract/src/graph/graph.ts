/**
 * Graph: which served operation calls which, over all given documents.
 *
 * @module
 */
import type { Call, Contract, Depended, Operation, Path, Served } from '../document/model.js'
import type { Counts } from './counts.js'

/** Everything that rules look at. */
export interface Graph {
  /** The newest given document of each service. */
  readonly contracts: readonly Contract[]
  /** The same, by service. */
  readonly documents: ReadonlyMap<string, Contract>
  /** Older documents of these services: what somebody else's `agreed` may name. */
  readonly older: readonly Contract[]
  /** Served operations by `SERVICE.OPERATION`. */
  readonly served: ReadonlyMap<string, ServedNode>
  /** Operations under `depends`, each once; and those that a document calls of dependencies which it does not name. */
  readonly called: readonly Called[]
  /** Called operations, each with who calls it and what it reaches. */
  readonly edges: readonly Edge[]
  /** Served operations, callers first; without the edges that close a cycle. */
  readonly order: readonly ServedNode[]
  /** Where paths begin: user actions, then services that do not say which operation calls what. */
  readonly starts: readonly Start[]
  /** `calls` that name an operation which their own document does not depend on. */
  readonly undeclared: readonly Undeclared[]
  /** Layers that scan found in the code; none where it did not run. */
  readonly scanned: readonly ScannedLayer[]
  readonly compare: Compare | undefined
}

/** A served operation, who calls it and whom it calls. */
export interface ServedNode {
  /** `SERVICE.OPERATION`. */
  readonly name: string
  /** Place in `order`. */
  readonly rank: number
  readonly contract: Contract
  readonly served: Served
  readonly edges: readonly Edge[]
  /** Calls of it; of those that close a cycle none. Sorted by `hears`, least first. */
  readonly callers: readonly Edge[]
}

/** One operation under `depends`, or what `retry()` does where its dependency is not there. */
export interface Called {
  /** `DEPENDENCY.OPERATION`. */
  readonly name: string
  readonly contract: Contract
  readonly depended: Depended
  readonly operation: Operation
  readonly counts: Counts
  /** What it reaches, where that service's document is given and serves it. */
  readonly to: ServedNode | undefined
  /** The document of the service that it names, where that is given. */
  readonly callee: Contract | undefined
  /** Where it stands, if nothing under `depends` names it: the first of the `calls` that do. */
  readonly implied: Path | undefined
}

/** One called operation, by one served operation or (named by none) by the service itself. */
export interface Edge extends Called {
  /** Place in `edges`. */
  readonly index: number
  /** `undefined`: no `calls` names it; it is a path of its own from the service. */
  readonly from: ServedNode | undefined
  readonly call: Call | undefined
  /** How often one call of `from` makes it. */
  readonly times: number
  /** It closes a cycle, and is not followed. */
  readonly closes: boolean
  /** So many of `from`'s callers do not hear its failure: the first ones of `callers`. */
  readonly deaf: number
}

/** Where paths begin. */
export interface Start {
  /** `order-api.place-order`, or `order-api`. */
  readonly name: string
  readonly contract: Contract
  /** `undefined`: the service itself. */
  readonly action: ServedNode | undefined
  readonly edges: readonly Edge[]
  /** Does `limits.amplification` hold for it? Not for what a service does where no call waits for it. */
  readonly limited: boolean
}

export interface Undeclared {
  readonly node: ServedNode
  readonly call: Call
}

/** A layer as `scan` reports it. */
export interface ScannedLayer {
  readonly library: string
  readonly file: string
  readonly line: number
  /** `null`: not bounded by a count, or unknown. */
  readonly attempts: number | null
}

/** What of `now` breaks whoever agreed to `before`: one sentence for each. */
export type Compare = (before: Contract, now: Contract) => readonly string[]
