/**
 * Find files: the documents below the given paths.
 *
 * @module
 */
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
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
    const kind = await kindOf(given)
    if (kind === 'folder') await search(given, isDocument, files, skipped, 0)
    else if (kind === undefined && MAGIC.test(given)) await glob(given, files, skipped)
    else await add(given, files)
  }
  return { files: [...files.values()], skipped }
}

const isDocument = (file: string): boolean => DOCUMENT.test(path.basename(file))

/** A file that is given twice, or by a link too, is one document. */
async function add(file: string, files: Map<string, string>): Promise<void> {
  const real = await realpath(file).catch(() => path.resolve(file))
  if (!files.has(real)) files.set(real, file)
}

async function kindOf(given: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(given)).isDirectory() ? 'folder' : 'file'
  } catch {
    return (await lstat(given).catch(() => undefined)) && 'file'
  }
}

async function glob(pattern: string, files: Map<string, string>, skipped: Skipped[]): Promise<void> {
  const { default: picomatch } = await import('picomatch')
  const { base } = picomatch.scan(pattern)
  const before = files.size
  const matches = picomatch(path.normalize(pattern), { dot: false })
  await search(base === '' ? '.' : base, (file) => matches(path.normalize(file)), files, skipped, 0)
  if (files.size === before) skipped.push({ path: pattern, why: 'no file matches it' })
}

/** Links to folders are not followed: they lead out of the folder that was named, or in a circle. */
async function search(
  folder: string,
  wanted: (file: string) => boolean,
  files: Map<string, string>,
  skipped: Skipped[],
  depth: number,
): Promise<void> {
  if (depth > DEEPEST) return void skipped.push({ path: folder, why: `more than ${DEEPEST} folders deep` })
  let entries
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (error) {
    return void skipped.push({ path: folder, why: `cannot be listed (${String((error as { code?: unknown }).code)})` })
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const each = path.join(folder, entry.name)
    if (entry.isDirectory()) {
      if (!PASSED_OVER.has(entry.name)) await search(each, wanted, files, skipped, depth + 1)
    } else if (wanted(each)) {
      if (entry.isFile() || entry.isSymbolicLink()) await addLinked(each, entry.isSymbolicLink(), files, skipped)
      else skipped.push({ path: each, why: 'is no regular file' })
    }
  }
}

async function addLinked(file: string, link: boolean, files: Map<string, string>, skipped: Skipped[]): Promise<void> {
  if (link) {
    const to = await stat(file).catch((error: unknown) => String((error as { code?: unknown }).code))
    if (typeof to === 'string') return void skipped.push({ path: file, why: `is a link to nothing (${to})` })
    if (!to.isFile()) return void skipped.push({ path: file, why: 'is a link to something that is no file' })
  }
  await add(file, files)
}
