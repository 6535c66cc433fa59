/**
 * A copy of the house in which a violation can be planted, to see that the gate for it fails.
 *
 * A check that nobody has seen fail may be checking nothing: a misspelt path in a rule matches no file.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const kept = [
  '.oxlintrc.json',
  '.dependency-cruiser.mjs',
  'package.json',
  'tsconfig.base.json',
  'packages/truce/package.json',
  'packages/truce/tsconfig.json',
]

/**
 * Writes the files into a temporary copy of the workspace's configuration and runs one tool there.
 *
 * @param files content by path
 * @returns the tool's exit code and all that it printed
 */
export function runPlanted(files: Readonly<Record<string, string>>, tool: string, args: readonly string[]): Outcome {
  const folder = mkdtempSync(path.join(tmpdir(), 'truce-planted-'))
  try {
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'dir')
    for (const file of kept) cpSync(path.join(root, file), path.join(folder, file))
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      writeFileSync(path.join(folder, file), content)
    }
    const bin = path.join(root, 'node_modules', '.bin', tool)
    const { status, stdout, stderr } = spawnSync(bin, args, { cwd: folder, encoding: 'utf8', timeout: 60_000 })
    return { code: status, output: stdout + stderr }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export interface Outcome {
  /** `null` where the tool had to be ended. */
  readonly code: number | null
  readonly output: string
}
