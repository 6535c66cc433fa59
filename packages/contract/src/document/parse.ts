/**
 * Parse: from the text of a document to its contract, or to what is wrong with it.
 *
 * @module
 */
import type { Written } from '../schema/document.js'
import { contractOf } from './contract-of.js'
import type { Contract } from './model.js'
import { type DocumentProblem, Problems } from './problem.js'
import { readYaml } from './read-yaml.js'
import { checkSense } from './sense.js'
import { checkShape } from './shape.js'
import { plain } from './tree.js'

/** A contract, or why there is none. */
export interface Parsed {
  readonly contract?: Contract
  /** Empty where there is a contract. From top to bottom. */
  readonly problems: readonly DocumentProblem[]
}

/**
 * Reads one document, YAML or JSON. Never throws.
 *
 * @param file how messages call it
 * @example
 * const { contract, problems } = parseDocument('{ truce: 1, service: order-api }', 'truce.yaml')
 */
export function parseDocument(text: string, file: string): Parsed {
  const problems = new Problems(file, text)
  const tree = readYaml(text, problems)
  if (tree !== undefined) checkShape(tree, problems)
  if (tree === undefined || problems.any) return { problems: problems.list }
  const written = plain(tree) as Written
  const contract = contractOf(tree, written, file, problems.places)
  checkSense(contract, written, problems)
  return problems.any ? { problems: problems.list } : { contract, problems: [] }
}
