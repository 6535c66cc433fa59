import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { bin, build, folderWith, INVENTORY, ORDER, plainEnv, truce } from './truce.js'

beforeAll(build, 120_000)

const UNSAFE = ORDER.replace(/ +idempotency: \{ key: '.*\n/, '')
const GOOD = { 'order-api.truce.yaml': ORDER, 'inventory.truce.yaml': INVENTORY }

describe('exit codes', { timeout: 30_000 }, () => {
  test('0: what was asked holds', () => {
    expect(truce(['check', folderWith(GOOD)])).toMatchObject({ code: 0, stderr: '' })
  })

  test('1: it does not', () => {
    const { code, stdout } = truce(['check', folderWith({ 'truce.yaml': UNSAFE })])
    expect([code, stdout]).toEqual([1, expect.stringContaining('unsafe-retry')])
  })

  test.each<[string, string[], string]>([
    ['nothing asked', [], 'Usage: truce COMMAND'],
    ['an unknown command', ['chek', '.'], 'Did you mean truce check?'],
    ['a command of nothing known', ['zzzzzzzz'], 'Known are check, checklist, diff'],
    ['an unknown option', ['check', '--jsn', '.'], 'Did you mean --json?'],
    ['an option before the command', ['--jsn', 'check'], 'There is no option "--jsn"'],
    ['a missing argument', ['diff', 'one.yaml'], "Missing required argument 'new'"],
    ['one argument too many', ['diff', 'a', 'b', 'c'], 'Too many arguments'],
    ['a format that there is not', ['check', '.', '--format', 'xml'], 'Allowed are text, github, sarif'],
    ['what a later version brings', ['check', '.', '--scan', 'src'], '--scan needs truce scan'],
    ['a baseline that is not there', ['check', '.', '--baseline', 'none.json'], 'Write one with --write-baseline'],
  ])('2: %s', (_, args, says) => {
    const { code, stdout, stderr } = truce(args)
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(says)])
    expect(stderr).not.toContain('    at ')
  })
})

describe('help', { timeout: 30_000 }, () => {
  test('names every command', () => {
    const { code, stdout } = truce(['--help'])
    expect([code, ...stdout.matchAll(/^ {2}(check|checklist|diff|simulate) {2}/gm)].length).toBe(5)
  })

  test.each(['check', 'checklist', 'diff', 'simulate'])('of %s has options, examples and --json', (name) => {
    const { code, stdout, stderr } = truce([name, '--help'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/Usage: truce [^]*--json[^]*Examples:\n {2}# [^]*\n {2}truce /)
    expect(truce(['help', name]).stdout).toBe(stdout)
  })

  test('the version', () =>
    expect(truce(['--version'])).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' }))
})

describe('colours', { timeout: 30_000 }, () => {
  const folder = () => folderWith({ 'truce.yaml': UNSAFE })
  const ESCAPE = '\u001B['

  test('none in a pipe, all where FORCE_COLOR asks for them', () => {
    expect(truce(['check', folder()]).stdout).not.toContain(ESCAPE)
    expect(truce(['check', folder()], { env: { FORCE_COLOR: '1' } }).stdout).toContain(ESCAPE)
    expect(truce(['check', folder()], { env: { FORCE_COLOR: '0' } }).stdout).not.toContain(ESCAPE)
  })

  /** On a pseudo-terminal, as script(1) of util-linux makes one. */
  const onTerminal = (env: Record<string, string>) => {
    const line = `"${process.execPath}" "${bin}" check "${folder()}"`
    return spawnSync('script', ['-qec', line, '/dev/null'], {
      env: plainEnv({ TERM: 'xterm', ...env }),
      encoding: 'utf8',
      timeout: 30_000,
    })
  }

  test.runIf(process.platform === 'linux')('on a terminal, but not with NO_COLOR or a dumb one', () => {
    const { stdout, status } = onTerminal({})
    expect([status, stdout]).toEqual([1, expect.stringContaining(ESCAPE)])
    expect(onTerminal({ NO_COLOR: '1' }).stdout).not.toContain(`${ESCAPE}31m`)
    expect(onTerminal({ TERM: 'dumb' }).stdout).not.toContain(`${ESCAPE}31m`)
  })
})

describe('pipes', { timeout: 30_000 }, () => {
  test('a reader that leaves early is no error', async () => {
    const child = spawn(process.execPath, [bin, 'check', folderWith({ 'truce.yaml': UNSAFE }), '--format', 'sarif'], {
      env: plainEnv(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const [code] = (await once(child, 'close')) as [number]
    expect([code, stderr]).toEqual([1, ''])
  })

  test.runIf(existsSync('/dev/full'))('a full disk is no verdict', () => {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(process.execPath, [bin, 'check', folderWith(GOOD), '--json'], {
      env: plainEnv(),
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
    })
    closeSync(full)
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^truce: The output cannot be written \(ENOSPC\)/)])
    expect(stderr).not.toContain('    at ')
  })

  test('an interrupt ends it without a word', async () => {
    const child = spawn(process.execPath, [bin, 'check', path.parse(process.cwd()).root], { env: plainEnv() })
    let told = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (told += text))
    child.kill('SIGINT')
    const [, signal] = (await once(child, 'close')) as [number | null, string | null]
    expect([signal, told]).toEqual(['SIGINT', ''])
  })
})

describe('a bug of ours', { timeout: 30_000 }, () => {
  /** Planted from outside: a built-in that the command uses throws. */
  const broken = (env: Record<string, string> = {}) => {
    const plant = "JSON.stringify = () => { throw new Error('planted') }"
    const folder = folderWith({ ...GOOD, 'plant.mjs': plant })
    const NODE_OPTIONS = `--import=${path.join(folder, 'plant.mjs')}`
    return truce(['check', folder, '--format', 'sarif'], { env: { NODE_OPTIONS, ...env } })
  }

  test('is told in one line, with how to report it, and without a stack', () => {
    const { code, stderr } = broken()
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^truce: This is a bug in truce: planted\.\n {2}→ Please report/),
    ])
    expect(stderr).not.toContain('    at ')
  })

  test('TRUCE_DEBUG=1 adds the stack', () => {
    expect(broken({ TRUCE_DEBUG: '1' }).stderr).toContain('    at ')
  })
})
