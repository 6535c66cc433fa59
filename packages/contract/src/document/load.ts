/**
 * Load: documents from files, folders and globs.
 *
 * @module
 */
import path from 'node:path'
import { findFiles, type Skipped } from './find-files.js'
import type { Contract } from './model.js'
import { parseDocument } from './parse.js'
import { type DocumentProblem, Problems } from './problem.js'
import { readText } from './read-file.js'

export interface Loaded {
  readonly contracts: readonly Contract[]
  /** A document with a problem gives no contract. */
  readonly problems: readonly DocumentProblem[]
  /** What was passed over: folders that cannot be listed, links to nothing, globs that match no file. */
  readonly skipped: readonly Skipped[]
}

export interface LoadOptions {
  /** What paths are relative to, and how files are named in problems and contracts. Default: the working directory. */
  readonly cwd?: string | undefined
}

/**
 * Loads documents. Folders are searched for truce.yaml, truce.yml, truce.json and *.truce.yaml, also in folders below,
 * but not in node_modules, dist and .git. Never rejects for what is on the disk: that is a problem, or skipped.
 *
 * @param paths files, folders, globs
 * @example
 * const { contracts, problems, skipped } = await loadDocuments(['services'])
 */
export async function loadDocuments(paths: readonly string[], options: LoadOptions = {}): Promise<Loaded> {
  const cwd = path.resolve(options.cwd ?? '.')
  const found = await findFiles(paths.map((each) => path.resolve(cwd, each)))
  const named = (file: string): string => {
    const relative = path.relative(cwd, file) || '.'
    return relative.startsWith('..') ? file : relative
  }
  const contracts: Contract[] = []
  const problems: DocumentProblem[] = []
  for (const file of found.files) {
    const unreadable = new Problems(named(file))
    const text = readText(file, unreadable)
    const parsed = text === undefined ? { problems: unreadable.list } : parseDocument(text, named(file))
    if (parsed.contract !== undefined) contracts.push(parsed.contract)
    problems.push(...parsed.problems)
  }
  const skipped = found.skipped.map((each) => ({ ...each, path: named(each.path) }))
  return { contracts, problems, skipped }
}
