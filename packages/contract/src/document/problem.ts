/**
 * Problem: why a document cannot be used, where, and what to write instead.
 *
 * @module
 */
import type { Position } from './model.js'
import { Places } from './places.js'

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
  /** Of the text whose offsets are given. */
  readonly places: Places
  readonly #found: DocumentProblem[] = []
  #beyond = false

  constructor(file: string, text = '') {
    this.#file = file
    this.places = new Places(text)
  }

  /** @param at a place, or an offset in the text */
  add(at: Position | number, path: string, message: string, fix: string): void {
    if (this.full) return this.more()
    const { line, column } = typeof at === 'number' ? this.places.of(at) : at
    this.#found.push({ file: this.#file, line, column, path, message, fix })
  }

  get any(): boolean {
    return this.#found.length > 0
  }

  /** Something was not looked at, or not told, because there are so many. */
  more(): void {
    this.#beyond = true
  }

  /** No sentence needs to be made of what more is found. */
  get full(): boolean {
    return this.#found.length >= MOST
  }

  /** From top to bottom. */
  get list(): readonly DocumentProblem[] {
    const sorted = this.#found.toSorted((a, b) => a.line - b.line || a.column - b.column)
    if (!this.#beyond) return sorted
    const message = `after ${MOST} problems no more are looked for`
    const last = { file: this.#file, line: 1, column: 1, path: '', message, fix: 'mend these first' }
    return [...sorted, last]
  }
}
