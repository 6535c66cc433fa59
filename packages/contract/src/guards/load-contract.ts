/**
 * Load contract: one document from a file, and its guards.
 *
 * @module
 */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseDocument } from '../document/parse.js'
import { Problems } from '../document/problem.js'
import { readText } from '../document/read-file.js'
import { unusable } from './contract-error.js'
import { type Guards, guardsOf } from './guards.js'
import type { Surroundings } from './surroundings.js'

/**
 * Loads a document and builds its guards. Reads synchronously, once, where a service starts.
 *
 * @param file path or URL of the document; relative to the working directory
 * @throws ContractError with file, line and column of what is wrong, or of what code has to hand in
 * @example
 * const contract = loadContract(new URL('../truce.yaml', import.meta.url), { peer })
 * const reserve = contract.operation('inventory.reserve')
 */
export function loadContract<F = never>(file: string | URL, around: Surroundings<F> = {}): Guards<F> {
  const absolute = typeof file === 'string' ? path.resolve(file) : fileURLToPath(file)
  const relative = path.relative('.', absolute)
  const name = relative.startsWith('..') ? absolute : relative
  const problems = new Problems(name)
  const text = readText(absolute, problems)
  if (text === undefined) throw unusable(problems.list)
  const parsed = parseDocument(text, name)
  if (parsed.contract === undefined) throw unusable(parsed.problems)
  return guardsOf(parsed.contract, around)
}
