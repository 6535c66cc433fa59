/**
 * Finding: what does not hold, where it is to be changed, and how.
 *
 * @module
 */
import type { Contract, Path } from '../document/model.js'
import type { Graph, ScannedLayer } from '../graph/graph.js'

export type Severity = 'error' | 'warning'

/** As `truce check --json` prints it. */
export interface Finding {
  readonly rule: string
  readonly severity: Severity
  /** Of the document to change. */
  readonly service: string
  /** `place-order` of what is served, `inventory.reserve` of what is called. */
  readonly operation?: string
  /** One sentence: why it does not hold, with the numbers. */
  readonly message: string
  /** One sentence: what to write instead. */
  readonly fix: string
  readonly file: string
  readonly line: number
  readonly column: number
  /** What tells it from others of its rule at this operation: the other side of a call, or a layer. */
  readonly about?: string
  /** How bad it is, in the rule's own unit: more is worse. */
  readonly amount?: number
}

/** What a rule says of one place; the rest of a finding follows from it. */
export interface Complaint {
  /** The document to change. */
  readonly contract: Contract
  /** What to change in it. */
  readonly path: Path
  readonly operation?: string
  readonly message: string
  readonly fix: string
  /** Where it differs from the rule's own. */
  readonly severity?: Severity
  readonly about?: string
  readonly amount?: number
}

/** Documents that are given together. */
export interface Example {
  /** YAML. In those that break a rule a comment, `# here`, marks the line that a finding names. */
  readonly documents: readonly string[]
  /** Layers that scan found. */
  readonly scanned?: readonly ScannedLayer[]
}

/** One rule: what it holds, why, and how it is found. Docs and messages are made of it. */
export interface Rule {
  /** `ttl-below-window`. */
  readonly name: string
  readonly severity: Severity
  /** One sentence: what has to hold. */
  readonly holds: string
  /** Which failure it prevents; a paragraph for the docs, with a figure where there is one. */
  readonly why: string
  /** The smallest documents that break it, and the nearest that do not: for docs and tests. */
  readonly breaks: Example
  readonly keeps: Example
  /** Rules that are broken with it, whatever one writes. */
  readonly alsoBreaks?: readonly string[]
  /** In which unit `amount` is, for the docs: "attempts above the limit". Without: it is there or not. */
  readonly worse?: string
  check(graph: Graph): Iterable<Complaint>
}
