/**
 * Failure: input that cannot be used, or a command line that says nothing. Exit code 2.
 *
 * "Does not hold" (1) and "could not be judged" (2) are told apart everywhere: a pipeline that takes a misspelt
 * path for a clean check is worse than one without a check.
 *
 * @module
 */

/** One reason, and what to do about it. */
export interface Problem {
  /** One sentence, without the place. */
  readonly message: string
  /** One sentence: what to do instead. */
  readonly fix: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
  /** Of a field: `depends.inventory.operations.reserve.attempts`. */
  readonly path?: string
}

const BRAND = Symbol.for('truce.cli.unusable')

/** Thrown by commands; told without a stack trace. */
export class UnusableError extends Error {
  readonly code = 'UNUSABLE'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems[0]?.message ?? 'nothing to work on', options)
    this.name = 'UnusableError'
    this.problems = problems
    Object.defineProperty(this, BRAND, { value: true })
  }
}

export const unusable = (message: string, fix: string, options?: ErrorOptions) =>
  new UnusableError([{ message, fix }], options)

export const isUnusable = (error: unknown): error is UnusableError =>
  typeof error === 'object' && error !== null && BRAND in error
