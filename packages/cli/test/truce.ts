/**
 * The bin as a child process, on a fresh build: what a user's shell sees.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
export const bin = path.join(root, 'packages', 'cli', 'bin', 'truce.mjs')

/** Where it is fresh this does nothing. */
export function build(): void {
  const { status, stdout } = spawnSync(path.join(root, 'node_modules', '.bin', 'tsc'), ['-b', 'packages/cli'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 110_000,
  })
  if (status !== 0) throw new Error(stdout)
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Setting {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Without the colours that whoever runs the tests may have asked for. */
export function plainEnv(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _force, NO_COLOR: _no, TRUCE_DEBUG: _debug, ...env } = process.env
  return { ...env, ...more }
}

export function truce(args: readonly string[], { cwd = root, env }: Setting = {}): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    env: plainEnv(env),
    encoding: 'utf8',
    timeout: 30_000,
    killSignal: 'SIGKILL',
    maxBuffer: 100_000_000,
  })
  return { code: status, stdout, stderr }
}

/** A folder with these files in it, until the test has finished. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'truce-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return folder
}

const fixture = (name: string) => readFileSync(path.join(root, 'docs', 'contracts', 'agreed', name), 'utf8')

/** The two documents that the docs show: they hold. */
export const ORDER = fixture('order-api.truce.yaml')
export const INVENTORY = fixture('inventory.truce.yaml')
