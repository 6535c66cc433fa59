/**
 * Gaps: what a document says and the guards built from it cannot keep.
 *
 * A promise that is silently not kept is worse than none: its author relies on it. So whatever a guard leaves to
 * something else is listed, with who has to keep it.
 *
 * @module
 */
import type { Contract, Path } from '../document/model.js'
import { pathText } from '../document/tree.js'

/** One of them. */
export interface Gap {
  /** `depends.inventory.operations.reserve.exhausted`. */
  readonly path: string
  readonly file: string
  readonly line: number
  readonly column: number
  /** One sentence: what the guard does instead, and who can keep it. */
  readonly message: string
}

/** @param connects code handed in what keeps connect timeouts */
export function gapsOf(contract: Contract, connects: boolean): readonly Gap[] {
  const gaps: Gap[] = []
  const add = (path: Path, message: string) =>
    gaps.push(Object.freeze({ path: pathText(path), file: contract.file, ...contract.at(path), message }))
  for (const depended of contract.depends.values()) {
    if (typeof depended.budget === 'object' && depended.budget.scope === 'fleet') {
      add([...depended.path, 'budget', 'scope'], 'each instance keeps its part of the budget; nothing is shared yet')
    }
    for (const operation of depended.operations.values()) {
      const { exhausted, connectTimeout, path } = operation
      if (exhausted?.kind === 'pending' || exhausted?.kind === 'dead-letter') {
        if (contract.written([...path, 'exhausted'])) {
          add([...path, 'exhausted'], `the guard fails (exhausted: fail); ${exhausted.kind} is for who runs the queue`)
        }
      }
      if (connectTimeout !== undefined && !connects) {
        const hand = "hand in agent of 'truce/undici' and give contract.dispatcher() to fetch"
        add([...path, 'connectTimeout'], `no guard around a function can keep it: ${hand}`)
      }
    }
  }
  return Object.freeze(gaps)
}
