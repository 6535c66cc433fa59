/**
 * The contracts of the example, checked as its readers would: `npx truce check examples/orders`, and after a change.
 */
import { execFile, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const contracts = join(root, 'examples', 'orders', 'contracts')

interface Found {
  readonly rule: string
  readonly severity: string
  readonly operation?: string
  readonly fix: string
  readonly file: string
  readonly line: number
}

function truce(args: readonly string[], cwd = root) {
  const { FORCE_COLOR: _force, ...env } = process.env
  const bin = join(root, 'packages', 'cli', 'bin', 'truce.mjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd, env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

beforeAll(async () => {
  await promisify(execFile)(join(root, 'node_modules', '.bin', 'tsc'), ['-b', 'packages/cli'], { cwd: root })
}, 120_000)

describe('truce check examples/orders', () => {
  test('holds, and finds the three documents', () => {
    const { status, stdout } = truce(['check', 'examples/orders'])
    expect(status).toBe(0)
    expect(stdout).toMatch(/✔ 3 documents hold: 0 errors, 1 warning\.\n$/)
  })

  test('holds strictly but for what is accepted', () => {
    const accepted = ['--baseline', join(contracts, 'accepted.json')]
    expect(truce(['check', 'examples/orders', '--strict', ...accepted])).toMatchObject({ status: 0 })
    expect(truce(['check', 'examples/orders', '--strict'])).toMatchObject({ status: 1 })
  })

  test('prints what the README shows', () => {
    const readme = readFileSync(join(root, 'examples', 'orders', 'README.md'), 'utf8')
    const [, shown] = /```console\n\$ npx truce check examples\/orders\n([^]*?)\n```/.exec(readme) ?? []
    const { stdout, stderr } = truce(['check', 'examples/orders'])
    const lines = (text: string) => text.split('\n').map((line) => line.trimEnd())
    expect(lines(shown ?? '')).toEqual(lines((stdout + stderr).trimEnd()))
  })
})

describe('one number changed', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'contracts-'))
    cpSync(contracts, folder, { recursive: true })
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** What is new, each with the line it stands at. */
  function broken(service: string, from: string, to: string, nth = 0) {
    const file = join(folder, `${service}.truce.yaml`)
    const parts = readFileSync(file, 'utf8').split(from)
    if (parts.length < nth + 2) throw new Error(`no ${from} in ${service}`)
    writeFileSync(file, [parts.slice(0, nth + 1).join(from), parts.slice(nth + 1).join(from)].join(to))
    const { status, stdout } = truce(['check', '.', '--json', '--baseline', 'accepted.json', '--strict'], folder)
    const { findings } = JSON.parse(stdout) as { findings: readonly Found[] }
    const at = ({ file: where, line }: Found) => readFileSync(join(folder, where), 'utf8').split('\n')[line - 1]?.trim()
    return { status, found: findings.map((each) => [each.rule, each.operation, at(each), each.fix]) }
  }

  /** Rule, operation, what stands in its line, and in the fix. */
  type Expected = readonly [rule: string, operation: string | undefined, line: string, fix: string]

  test.each<[string, string, string, number, ...Expected[]]>([
    [
      'order',
      'attemptTimeout: 400ms',
      'attempts: 9\n        attemptTimeout: 400ms',
      1,
      ['amplification', 'place', 'attempts: 9', 'Write `attempts: 3` under depends.inventory.operations.reserve.'],
      ['too-many-attempts', 'inventory.reserve', 'attempts: 9', 'Write `attempts: 5`'],
      ['attempts-exceed-deadline', 'inventory.reserve', 'deadline: 1400ms', 'or `attempts: 3`'],
    ],
    ['order', 'attempts: 1', 'attempts: 3', 0, ['unsafe-retry', 'warehouse.fulfil', 'fulfil:', 'idempotency: {']],
    [
      'order',
      'attemptTimeout: 400ms',
      'attemptTimeout: 200ms',
      1,
      ['timeout-below-latency', 'inventory.reserve', 'attemptTimeout: 200ms', 'Write `attemptTimeout: 300ms`'],
    ],
    [
      'order',
      'deadline: 1200ms',
      'deadline: 1s',
      0,
      ['attempts-exceed-deadline', 'inventory.availability', 'deadline: 1s', 'Write `deadline: 1200ms`'],
    ],
    [
      'order',
      'deadline: 3s',
      'deadline: 4s',
      0,
      ['deadline-above-slo', 'place', 'deadline: 4s', 'Write `deadline: 3s`'],
    ],
    [
      'order',
      'window: 22h',
      'window: 30m',
      0,
      ['window-below-retries', 'inventory.reserve-later', 'idempotency: &line', 'Write `window: 1h`'],
    ],
    ['order', 'window: 22h', 'window: 48h', 0, ['ttl-below-window', 'reserve', 'idempotency: {', 'Write `ttl: 48h`']],
    ['inventory', 'ttl: 24h', 'ttl: 12h', 0, ['ttl-below-window', 'reserve', 'idempotency: {', 'Write `ttl: 22h`']],
    [
      'order',
      'jitter: full',
      'jitter: none',
      0,
      ['no-jitter', 'inventory.reserve-later', 'backoff: &soon', 'Write `jitter: full`'],
      ['no-jitter', 'warehouse.fulfilment', 'backoff: &soon', 'Write `jitter: full`'],
    ],
    [
      'order',
      'maxAge: 30s, ',
      '',
      0,
      ['cached-without-age', 'inventory.availability', 'exhausted: { cached', 'maxAge: 30s'],
    ],
    [
      'order',
      'rate: 50/s',
      'rate: 80/s',
      0,
      ['no-headroom', 'inventory.availability', 'inventory:', 'Write `budget: { ratio: 0.1 }`'],
      ['no-headroom', 'inventory.reserve', 'inventory:', 'Write `budget: { ratio: 0.1 }`'],
    ],
    [
      'inventory',
      'share: 50%',
      'share: 10%',
      0,
      ['retries-above-share', 'inventory.availability', 'inventory:', 'Write `budget: { ratio: 0.1 }`'],
    ],
    ['inventory', 'version: 1', 'version: 2', 0, ['agreed-outdated', undefined, 'agreed: 1', 'write `agreed: 2`']],
    [
      'order',
      'servedAs: reserve',
      'servedAs: resrve',
      0,
      [
        'unknown-operation',
        'inventory.reserve-later',
        'servedAs: resrve',
        'Write `servedAs: reserve` under depends.inventory.operations.reserve-later',
      ],
    ],
    [
      'warehouse',
      'fulfil: { effect: write',
      'fulfil: { effect: read',
      0,
      ['mismatch', 'warehouse.fulfil', 'fulfil:', 'Write `effect: read`'],
    ],
  ])('in %s: %j becomes %j', (service, from, to, nth, ...expected) => {
    const found = expected.map(([rule, operation, line, fix]) => [
      rule,
      operation,
      expect.stringContaining(line),
      expect.stringContaining(fix),
    ])
    expect(broken(service, from, to, nth)).toEqual({ status: 1, found })
  })
})
