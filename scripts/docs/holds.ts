/**
 * Holds: does a module of a page do what the page says?
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { type Block, pages, read, root } from './blocks.js'
import { execute, fileOf, type Module, modulesOf, promised } from './modules.js'

/** The blocks of every page. */
export const all = new Map<string, Block[]>(pages().map((page) => [page, read(page)]))

export const modules: readonly Module[] = [...all.values()].flatMap(modulesOf)

/** `truce` and `@truce/contract` resolve to their builds, through their exports, as for a reader; where they are fresh this does nothing. */
export function buildTruce(): void {
  const tsc = path.join(root, 'node_modules', '.bin', 'tsc')
  spawnSync(tsc, ['-b', 'packages/contract'], { cwd: root, timeout: 60_000 })
}

/**
 * What a module does that its page does not say, in words.
 *
 * @param messages the compiler's, by file
 */
export async function faultsOf(
  module: Module,
  messages: ReadonlyMap<string, string[]>,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const { page, line } = module
  const compiler = messages.get(fileOf(module)) ?? []
  if (compiler.length > 0) return compiler
  const { code, stdout, stderr } = await execute(module, env)
  const end = code === null ? 'did not end by itself within 20 s' : `ended with ${code}`
  if (code !== 0) return [`the block at ${page}:${line} ${end}\n${stderr}`]
  const printed = stdout.split('\n').map((text) => text.trim())
  for (const text of promised(module)) {
    const at = printed.indexOf(text)
    if (at === -1) return [`the block at ${page}:${line} says "→ ${text}", left to print was:\n${printed.join('\n')}`]
    printed.splice(0, at + 1)
  }
  return []
}
