/**
 * The bench runs and its document has the agreed shape. What the numbers are is for people to judge:
 * a test that asserts times fails by the hour of the day.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseOptions, wanted } from './options.js'
import type { Report } from './report.js'
import { table } from './table.js'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

async function bench(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ['bench/dist/main.js', ...args], { cwd: root })
  return stdout
}

const CONTENDERS: Record<string, readonly string[]> = {
  a: ['bare', 'truce', 'cockatiel', 'p-retry', 'async-retry', 'exponential-backoff', 'effect'],
  'b-window': ['bare', 'truce', 'cockatiel', 'opossum', 'effect'],
  'b-consecutive': ['bare', 'truce', 'cockatiel'],
  c: ['bare', 'truce', 'cockatiel', 'p-retry + opossum', 'effect'],
  'd-unread': ['bare', 'truce', 'cockatiel', 'opossum', 'p-retry + opossum', 'effect'],
  'd-read': ['bare', 'AbortController', 'truce', 'cockatiel'],
  'd-log': ['bare', 'quiet', 'truce'],
  'd-in-flight': ['bare', 'truce'],
  'e-a': ['bare', 'truce', 'cockatiel', 'p-retry', 'async-retry', 'exponential-backoff'],
  'e-c': ['bare', 'truce'],
  'e-d': ['bare', 'truce'],
  'f-100': ['bare', 'truce', 'cockatiel', 'opossum'],
  'f-100000': ['bare', 'truce', 'cockatiel', 'opossum'],
  floor: [
    'bare',
    'truce',
    'promise',
    'promise + clock',
    'promise + object',
    'promise + object + clock',
    'two promises + two clocks',
  ],
  'floor-failure': ['bare', 'promise + object', 'promise + object + clock'],
  'g-before': ['bare', 'truce', 'alone'],
  g: ['bare', 'truce'],
}

describe('npm run bench', () => {
  let report: Report

  beforeAll(async () => {
    await run(process.execPath, [tsc, '-b', 'bench'], { cwd: root })
    report = JSON.parse(await bench('--json', '--rounds', '1', '--sample', '0', '--warm', '0')) as Report
  }, 120_000)

  it('has every case with every contender, in ns', () => {
    expect(Object.fromEntries(Object.entries(report.cases).map(([name, ns]) => [name, Object.keys(ns)]))).toEqual(
      CONTENDERS,
    )
    for (const ns of Object.values(report.cases).flatMap((contenders) => Object.values(contenders)))
      expect(ns).toBeGreaterThan(0)
    for (const contenders of Object.values(report.ratios)) expect(contenders['bare']).toBe(1)
  })

  it('counts the bytes of a call and of an import', () => {
    expect(report.bytes['d-unread']?.['truce']).toBeGreaterThan(0)
    expect(Object.keys(report.gzip)).toEqual(expect.arrayContaining(['retry', 'dependency', 'cockatiel']))
    for (const size of Object.values(report.gzip)) expect(size).toBeGreaterThan(500)
  })

  it('shows people a table with the targets', () => {
    const text = table(report)
    expect(text).toMatch(/^d-unread +truce +[\d,]+/m)
    expect(text).toMatch(/^(ok|MISSED) +gzip: retry, bytes/m)
  })

  it('--only leaves out the rest', async () => {
    const only = JSON.parse(await bench('--json', '--only', 'gzip')) as Report
    expect([only.cases, only.bytes]).toEqual([{}, {}])
    expect(only.gzip['retry']).toBeGreaterThan(0)
  }, 30_000)
})

describe('options', () => {
  it('choose cases by name and by family', () => {
    const options = parseOptions(['--only', 'b,d-log'])
    expect(['a', 'b-window', 'bytes', 'd-log', 'd-read'].filter((name) => wanted(options, name))).toEqual([
      'b-window',
      'd-log',
    ])
  })

  it.each([
    ['--rounds', '0'],
    ['--rounds', 'many'],
    ['--warm', '-1'],
  ])('refuse %s %s', (option, value) => {
    expect(() => parseOptions([`${option}=${value}`])).toThrow(/give a whole number/)
  })
})
