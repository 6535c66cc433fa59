/**
 * The fenced code blocks of README.md and docs/, each with the line where it stands.
 *
 * @module
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Block {
  /** Path of the page from the root of the repository. */
  readonly page: string
  /** Line of the block's first line of code, from 1. */
  readonly line: number
  /** The first word after the fence, '' for none. */
  readonly language: string
  readonly code: string
}

/** README.md and every page below docs/, as paths from the root of the repository. */
export function pages(): string[] {
  const readme = existsSync(path.join(root, 'README.md')) ? ['README.md'] : []
  const docs = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  return [
    ...readme,
    ...docs.filter((name) => name.endsWith('.md')).map((name) => path.posix.join('docs', name)),
  ].toSorted()
}

export function read(page: string): Block[] {
  return blocksOf(page, readFileSync(path.join(root, page), 'utf8'))
}

/** @throws Error where a fence is not closed: all that follows would silently be no prose and no code */
export function blocksOf(page: string, text: string): Block[] {
  const blocks: Block[] = []
  let open: { fence: string; indent: number; language: string; line: number; code: string[] } | undefined
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const [, indent = '', fence = '', info = ''] = /^( *)(`{3,}|~{3,})\s*(.*)$/.exec(line) ?? []
    if (!open) {
      if (fence)
        open = { fence, indent: indent.length, language: info.split(/[\s{]/, 1).join(''), line: at + 2, code: [] }
    } else if (fence.startsWith(open.fence) && info === '') {
      blocks.push({ page, line: open.line, language: open.language, code: open.code.join('\n') })
      open = undefined
    } else {
      open.code.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)))
    }
  }
  if (open) throw new Error(`${page}:${open.line - 1}: this code block is not closed`)
  return blocks
}
