import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { read, root } from './blocks.js'
import { buildCli } from './console.js'

beforeAll(buildCli, 120_000)

/** What a job runs: the commands of a GitHub job, of a GitLab job, or a hook. */
function commandsOf(recipe: unknown): string[] {
  if (Array.isArray(recipe)) return recipe.flatMap(commandsOf)
  if (typeof recipe !== 'object' || recipe === null) return []
  return Object.entries(recipe).flatMap(([name, value]: [string, unknown]) => {
    if (name === 'run' || name === 'entry') return [String(value)]
    return name === 'script' ? (value as string[]) : commandsOf(value)
  })
}

const recipes = read('docs/ci.md')
  .filter(({ language }) => language === 'yaml')
  .map(({ line, code }): [number, string[]] => [line, commandsOf(parse(code))])

/** Installing is what the clone has done. */
const INSTALL = 'npm ci'

/** A repository whose main branch has documents that hold, or none yet, and a branch with a change of them. */
function repository(change: (text: string) => string, before: boolean): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'truce-ci-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const work = path.join(folder, 'work')
  mkdirSync(path.join(work, 'node_modules', '.bin'), { recursive: true })
  symlinkSync(path.join(root, 'packages', 'cli', 'bin', 'truce.mjs'), path.join(work, 'node_modules', '.bin', 'truce'))
  const write = () =>
    cpSync(path.join(root, 'docs', 'contracts', 'agreed'), path.join(work, 'contracts'), { recursive: true })
  if (before) write()
  writeFileSync(path.join(work, '.gitignore'), 'node_modules\n')
  const git = (...args: string[]) => {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@localhost']
    const { status, stderr } = spawnSync('git', [...identity, ...args], { cwd: work, encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
  }
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-q', '-m', 'agreed')
  git('remote', 'add', 'origin', work)
  git('fetch', '-q', 'origin')
  git('checkout', '-q', '-b', 'change')
  if (!before) write()
  const document = path.join(work, 'contracts', 'inventory.truce.yaml')
  writeFileSync(document, change(readFileSync(document, 'utf8')))
  return work
}

function run(cwd: string, command: string, more: Record<string, string>) {
  const { FORCE_COLOR: _force, ...env } = process.env
  const options = { cwd, encoding: 'utf8', timeout: 60_000, env: { ...env, ...more } } as const
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', command], options)
  return { command, status, output: stdout + stderr }
}

/** Runs a recipe as its CI does: until a command fails. */
function ends(commands: readonly string[], change: (text: string) => string, before = true) {
  const cwd = repository(change, before)
  if (accepting(commands)) run(cwd, 'npx truce check contracts --write-baseline truce.baseline.json', {})
  const env = {
    RUNNER_TEMP: path.join(cwd, '..'),
    GITHUB_BASE_REF: 'main',
    CI_PROJECT_DIR: cwd,
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
  }
  for (const command of commands.filter((each) => each !== INSTALL)) {
    const ended = run(cwd, command, env)
    if (ended.status !== 0) return ended
  }
  return { command: '', status: 0, output: '' }
}

const accepting = (commands: readonly string[]) => commands.some((command) => command.includes('--baseline'))

const better = (text: string) => text.replace('ttl: 120h', 'ttl: 240h')
/** Remembers a key for less than it is repeated: no document would hold. */
const wrong = (text: string) => text.replace('ttl: 120h', 'ttl: 12h')
/** Holds, and breaks whoever agreed to 120 h. */
const silent = (text: string) => text.replace('ttl: 120h', 'ttl: 48h')

describe('recipes of docs/ci.md', { timeout: 120_000 }, () => {
  test('there are five', () => expect(recipes).toHaveLength(5))

  test.each(recipes)(':%i holds for documents that hold', (_, commands) => {
    expect(commands.some((command) => command.includes('truce'))).toBe(true)
    expect(ends(commands, better)).toEqual({ command: '', status: 0, output: '' })
  })

  test.each(recipes.filter(([, commands]) => !accepting(commands)))(
    ':%i fails for one that does not',
    (_, commands) => {
      const { status, command } = ends(commands, wrong)
      expect([status, command]).toEqual([1, expect.stringContaining('truce check')])
    },
  )

  test.each(recipes.filter(([, commands]) => accepting(commands)))(':%i accepts what is there', (_, commands) => {
    expect(ends(commands, wrong).status).toBe(0)
  })

  const comparing = (commands: readonly string[]) => commands.some((command) => command.includes('truce diff'))

  test.each(recipes)(':%i holds where the contracts are new', (_, commands) => {
    expect(ends(commands, better, false)).toEqual({ command: '', status: 0, output: '' })
  })

  test.each(recipes.filter(([, commands]) => comparing(commands)))(':%i fails for a broken promise', (_, commands) => {
    const { status, output } = ends(commands, silent)
    expect([status, output]).toEqual([
      1,
      expect.stringContaining('serves.reserve.idempotency.ttl goes from 120h to 48h'),
    ])
    expect(ends(commands, (text) => silent(text).replace('version: 3', 'version: 4')).status).toBe(0)
  })
})
