/**
 * Contract error: a document cannot be used, or is used for what it does not say.
 *
 * @module
 */
import type { DocumentProblem } from '../document/problem.js'

/** Shared with the errors of `truce`: its `isTruceError()` knows this one too. */
const BRAND = Symbol.for('truce.error')

/** What is wrong with a document, or with the use that is made of it. */
export class ContractError extends Error {
  override readonly name = 'ContractError'
  readonly code = 'TRUCE_CONTRACT'
  /** Each with its place; empty where the document is right and its use is not. */
  readonly problems: readonly DocumentProblem[]

  constructor(message: string, problems: readonly DocumentProblem[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.problems = problems
  }

  get [BRAND](): true {
    return true
  }
}

/** The message has the first of them; `problems` has all. */
export function unusable(problems: readonly DocumentProblem[]): ContractError {
  const [first] = problems
  const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return new ContractError(first === undefined ? 'there is no document' : `${sentence(first)}${rest}`, problems)
}

/** `truce.yaml:12:9: MESSAGE; FIX`. */
export function sentence({ file, line, column, message, fix }: DocumentProblem): string {
  return `${file}:${line}:${column}: ${message}; ${fix}`
}
