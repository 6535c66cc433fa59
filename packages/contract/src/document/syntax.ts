/**
 * Syntax: what the parser of YAML refuses, with its place and what to do about it.
 *
 * @module
 */
import { YAMLException } from 'js-yaml'
import { DEEPEST } from './bounds.js'
import type { Problems } from './problem.js'

/** Words of the parser's sentences, and what we say instead or add. */
const KNOWN: readonly (readonly [words: RegExp, message: string | undefined, fix: string])[] = [
  [/maxDepth/, `here it is more than ${DEEPEST} levels deep`, 'a contract has 8: write it flatter'],
  [/^tab characters/, undefined, 'indent with spaces'],
  [/end of the stream or a document separator/, 'here the document should end', 'check the indentation'],
]

const OTHERWISE = [undefined, undefined, 'write it as YAML 1.2 or JSON'] as const

/** @param error that the parser threw: its first, which all others would be consequences of */
export function refusedSyntax(error: unknown, problems: Problems): void {
  const { reason, mark } = error instanceof YAMLException ? error : { reason: String(error), mark: undefined }
  const said = `it cannot be read as YAML: ${reason.split('\n', 1).join('').slice(0, 200)}`
  const [, message = said, fix] = KNOWN.find(([words]) => words.test(reason)) ?? OTHERWISE
  problems.add(mark?.position ?? 0, '', message, fix)
}
