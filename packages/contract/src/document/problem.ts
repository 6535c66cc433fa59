/**
 * Problem: why a document cannot be used, where, and what to write instead.
 *
 * @module
 */
import type { Position } from './model.js'

/** One of them. Line and column from 1. */
export interface DocumentProblem {
  readonly file: string
  readonly line: number
  readonly column: number
  /** `depends.inventory.operations.reserve.attempts`; `''` where it is the document as a whole. */
  readonly path: string
  /** One sentence: what is wrong. */
  readonly message: string
  /** One sentence: what to write instead. */
  readonly fix: string
}

/** A document of 100,000 wrong fields needs no 100,000 sentences. */
const MOST = 100

/** Problems of one document, in the order in which they were found. */
export class Problems {
  readonly #file: string
  readonly #found: DocumentProblem[] = []
  #beyond = 0

  constructor(file: string) {
    this.#file = file
  }

  add({ line, column }: Position, path: string, message: string, fix: string): void {
    if (this.#found.length < MOST) this.#found.push({ file: this.#file, line, column, path, message, fix })
    else this.#beyond++
  }

  get any(): boolean {
    return this.#found.length > 0
  }

  /** From top to bottom. */
  get list(): readonly DocumentProblem[] {
    const sorted = this.#found.toSorted((a, b) => a.line - b.line || a.column - b.column)
    if (this.#beyond === 0) return sorted
    const message = `${this.#beyond} more problems are not listed`
    const last = { file: this.#file, line: 1, column: 1, path: '', message, fix: `mend these ${MOST} first` }
    return [...sorted, last]
  }
}
