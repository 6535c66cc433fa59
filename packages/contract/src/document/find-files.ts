/**
 * Find files: the documents below the given paths.
 *
 * Synchronous: a search of 500 folders waited longer for the thread pool than it searched.
 *
 * @module
 */
import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import path from 'node:path'

/** Something that was passed over, and why. */
export interface Skipped {
  readonly path: string
  readonly why: string
}

/** Files in the order of the given paths, each once. */
export interface Found {
  readonly files: readonly string[]
  readonly skipped: readonly Skipped[]
}

const DOCUMENT = /^(?:truce[.](?:yaml|yml|json)|.+[.]truce[.]ya?ml)$/
/** Of other people, of builds, of version control. */
const PASSED_OVER = new Set(['node_modules', 'dist', '.git'])
const MAGIC = /[*?[\]{}]/
/** Folders in each other. */
const DEEPEST = 64

/** @param paths files, folders (searched for documents), and globs */
export async function findFiles(paths: readonly string[]): Promise<Found> {
  const files = new Map<string, string>()
  const skipped: Skipped[] = []
  for (const given of paths) {
    const kind = kindOf(given)
    if (kind === 'folder') search(given, isDocument, files, skipped, 0)
    else if (kind === undefined && MAGIC.test(given)) await glob(given, files, skipped)
    else add(given, files)
  }
  return { files: [...files.values()], skipped }
}

const isDocument = (file: string): boolean => DOCUMENT.test(path.basename(file))

/** A file that is given twice, or by a link too, is one document. */
function add(file: string, files: Map<string, string>): void {
  const real = attempt(() => realpathSync.native(file)) ?? path.resolve(file)
  if (!files.has(real)) files.set(real, file)
}

function kindOf(given: string): 'file' | 'folder' | undefined {
  const there = attempt(() => statSync(given)) ?? attempt(() => lstatSync(given))
  return there && (there.isDirectory() ? 'folder' : 'file')
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

async function glob(pattern: string, files: Map<string, string>, skipped: Skipped[]): Promise<void> {
  const { default: picomatch } = await import('picomatch')
  const { base } = picomatch.scan(pattern)
  const before = files.size
  const matches = picomatch(path.normalize(pattern), { dot: false })
  const folder = base === '' ? '.' : base
  if (kindOf(folder) === 'folder') search(folder, (file) => matches(path.normalize(file)), files, skipped, 0)
  if (files.size === before) skipped.push({ path: pattern, why: 'no file matches it' })
}

/** Links to folders are not followed: they lead out of the folder that was named, or in a circle. */
function search(
  folder: string,
  wanted: (file: string) => boolean,
  files: Map<string, string>,
  skipped: Skipped[],
  depth: number,
): void {
  if (depth > DEEPEST) return void skipped.push({ path: folder, why: `more than ${DEEPEST} folders deep` })
  let entries
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    return void skipped.push({ path: folder, why: `cannot be listed (${String((error as { code?: unknown }).code)})` })
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const each = path.join(folder, entry.name)
    if (entry.isDirectory()) {
      if (!PASSED_OVER.has(entry.name)) search(each, wanted, files, skipped, depth + 1)
    } else if (wanted(each)) {
      if (entry.isFile() || entry.isSymbolicLink()) addLinked(each, entry.isSymbolicLink(), files, skipped)
      else skipped.push({ path: each, why: 'is no regular file' })
    }
  }
}

function addLinked(file: string, link: boolean, files: Map<string, string>, skipped: Skipped[]): void {
  if (link) {
    const to = linked(file)
    if (typeof to === 'string') return void skipped.push({ path: file, why: `is a link to nothing (${to})` })
    if (!to.isFile()) return void skipped.push({ path: file, why: 'is a link to something that is no file' })
  }
  add(file, files)
}

/** What a link leads to, or why it leads nowhere. */
function linked(file: string): Stats | string {
  try {
    return statSync(file)
  } catch (error) {
    return String((error as { code?: unknown }).code)
  }
}
