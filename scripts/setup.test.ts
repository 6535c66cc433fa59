import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { countsOf, line } from './counts.mjs'
import { checkNode, installed } from './setup.mjs'

const folder = () => {
  const made = mkdtempSync(path.join(tmpdir(), 'truce-setup-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

describe('checkNode', () => {
  test.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('%s will do', (version) => {
    expect(() => checkNode(version)).not.toThrow()
  })

  test.each(['18.20.0', '20.18.3'])('%s will not', (version) => {
    expect(() => checkNode(version)).toThrow(
      expect.objectContaining({ code: 2, advice: expect.stringContaining('20.19') as string }),
    )
  })
})

describe('installed', () => {
  const locked = {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/b-darwin': { version: '1.0.0', integrity: 'sha512-b', optional: true },
  }
  const tree = (there?: object) => {
    const at = folder()
    writeFileSync(path.join(at, 'package-lock.json'), JSON.stringify({ packages: locked }))
    if (there) mkdirSync(path.join(at, 'node_modules'))
    if (there) writeFileSync(path.join(at, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: there }))
    return at
  }
  const a = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } }

  test.each<[string, object | undefined, boolean]>([
    ['nothing installed', undefined, false],
    ["all but another platform's package", a, true],
    ['a package missing', {}, false],
    ['another version', { 'node_modules/a': { version: '0.9.0', integrity: 'sha512-a' } }, false],
    ['another content', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } }, false],
    ['an optional package of another version', { ...a, 'node_modules/b-darwin': { version: '2.0.0' } }, false],
  ])('%s', (_, there, expected) => {
    expect(installed(tree(there))).toBe(expected)
  })

  test('a command of ours is where npx finds it', () => {
    const ours = { 'packages/cli': { version: '0.1.0', bin: { truce: 'bin/truce.mjs' } } }
    const at = tree(ours)
    writeFileSync(path.join(at, 'package-lock.json'), JSON.stringify({ packages: ours }))
    expect(installed(at)).toBe(false)
    mkdirSync(path.join(at, 'node_modules', '.bin'))
    writeFileSync(path.join(at, 'node_modules', '.bin', 'truce'), '')
    expect(installed(at)).toBe(true)
  })

  test('no lock at all is told', () => {
    expect(() => installed(folder())).toThrow('reading package-lock.json failed')
  })
})

describe('counts', () => {
  const report = (changes: object) => {
    const file = path.join(folder(), 'vitest.json')
    const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }
    writeFileSync(file, JSON.stringify({ ...none, ...changes }))
    return file
  }
  const unloaded = { testResults: [{ status: 'failed', assertionResults: [] }] }
  const failing = { testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }] }] }

  test.each<[string, object, number, string]>([
    ['all pass', { numPassedTests: 3 }, 0, '3 passed, 0 failed'],
    [
      'some are skipped or to do',
      { numPassedTests: 3, numPendingTests: 1, numTodoTests: 1 },
      0,
      '3 passed, 0 failed, 2 skipped',
    ],
    ['some fail', { numPassedTests: 3, numFailedTests: 2, ...failing }, 1, '3 passed, 2 failed'],
    ['a file that does not load counts as one', { numPassedTests: 3, ...unloaded }, 1, '3 passed, 1 failed'],
    ['an error outside every test counts as one', { numPassedTests: 3 }, 1, '3 passed, 1 failed'],
    ['no test at all is a failure', {}, 0, '0 passed, 1 failed'],
  ])('%s', (_, changes, code, expected) => {
    expect(line(countsOf(report(changes), code))).toBe(expected)
  })

  test('no report is a failure', () => {
    expect(line(countsOf(path.join(folder(), 'missing.json'), 0))).toBe('0 passed, 1 failed')
  })
})
