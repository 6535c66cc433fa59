/**
 * Console blocks: what a page says that a `truce` command prints is what it prints.
 *
 * Output that was pasted once is the first thing in a page to be wrong. A line `…` stands for any lines.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { type Block, root } from './blocks.js'

/** One command of a block, and what it prints there. */
export interface Shown {
  readonly line: number
  readonly command: string
  readonly output: readonly string[]
}

const PROMPT = /^\$ ((?:npx )?truce(?: .*)?)$/

/** The `truce` commands of a console block. */
export function shown({ language, code, line }: Block): Shown[] {
  if (language !== 'console') return []
  const all: { line: number; command: string; output: string[] }[] = []
  let output: string[] | undefined
  for (const [at, text] of code.split('\n').entries()) {
    const [, command] = PROMPT.exec(text) ?? []
    if (command !== undefined) {
      output = []
      all.push({ line: line + at, command, output })
    } else if (text.startsWith('$ ')) output = undefined
    else output?.push(text.trimEnd())
  }
  return all
}

/** Builds the command line; where it is fresh this does nothing. */
export function buildCli(): void {
  spawnSync(path.join(root, 'node_modules', '.bin', 'tsc'), ['-b', 'packages/cli'], { cwd: root, timeout: 110_000 })
}

/** What a command prints, on both streams, in docs/ of a built clone. */
export function run(command: string): readonly string[] {
  const folder = path.join(root, 'out', 'docs', 'bin')
  mkdirSync(folder, { recursive: true })
  const link = path.join(folder, 'truce')
  rmSync(link, { force: true })
  symlinkSync(path.join(root, 'packages', 'cli', 'bin', 'truce.mjs'), link)
  const { FORCE_COLOR: _force, ...env } = process.env
  const { stdout } = spawnSync('sh', ['-c', `(${command.replace(/^npx /, '')}) 2>&1`], {
    cwd: path.join(root, 'docs'),
    env: { ...env, PATH: `${folder}${path.delimiter}${env['PATH'] ?? ''}` },
    encoding: 'utf8',
    timeout: 30_000,
  })
  return trimmed(stdout.split('\n').map((text) => text.trimEnd()))
}

/** @returns what differs, in words; nothing where the page is right */
export function differences(page: string, { line, command, output }: Shown): readonly string[] {
  const printed = run(command)
  if (matches(trimmed(output), printed)) return []
  return [`${page}:${line}: \`${command}\` prints:\n${printed.join('\n')}`]
}

/** `…` stands for any number of lines. */
export function matches(pattern: readonly string[], lines: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return lines.length === 0
  if (first === '…') return lines.some((_, from) => matches(rest, lines.slice(from))) || matches(rest, [])
  return lines[0] === first && matches(rest, lines.slice(1))
}

function trimmed(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((text) => text !== '')
  return lines.slice(0, last + 1)
}
