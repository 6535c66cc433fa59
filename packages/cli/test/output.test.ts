import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { build, folderWith, INVENTORY, ORDER, truce } from './truce.js'

beforeAll(build, 120_000)

const GOOD = { 'order-api.truce.yaml': ORDER, 'inventory.truce.yaml': INVENTORY }
const JITTERLESS = ORDER.replace('use: interactive', 'use: interactive\n        backoff: { jitter: none }')

describe('truce check', { timeout: 60_000 }, () => {
  test('a finding: its line with a caret, the reason, the fix', () => {
    const cwd = folderWith({ ...GOOD, 'order-api.truce.yaml': JITTERLESS })
    const { code, stdout } = truce(['check', '.'], { cwd })
    expect(code).toBe(1)
    expect(stdout).toContain(`order-api  order-api.truce.yaml

  inventory.reserve
    ✖ no-jitter  order-api.truce.yaml:23:20
      23 │         backoff: { jitter: none }
         │                    ^
      Retries of inventory.reserve wait without jitter: callers that failed together come back together.
      → Write \`jitter: full\` under depends.inventory.operations.reserve.backoff.
`)
  })

  test('a tree of attempts for each user action, windows, and the verdict last', () => {
    const { stdout } = truce(['check', '.'], { cwd: folderWith(GOOD) })
    expect(stdout).toBe(`What one user action costs a dependency (attempts while that is down; worst: whatever fails)

  order-api.place-order        limit 6
    ├─ inventory.reserve       6 attempts
    └─ inventory.availability  2 attempts

How long keys are repeated, and remembered
  ✔ order-api.place-order → inventory.reserve  repeated for 24h, remembered for 120h

✔ 2 documents hold: 0 errors, 0 warnings.
`)
  })

  test('warnings hold, and do not with --strict', () => {
    const cwd = folderWith({ ...GOOD, 'order-api.truce.yaml': ORDER.replace('exhausted: pending', 'mode: enforce') })
    const { code, stdout } = truce(['check', '.'], { cwd })
    expect([code, stdout]).toEqual([0, expect.stringMatching(/▲ exhausted-undefined[^]*0 errors, 1 warning\./)])
    expect(truce(['check', '.', '--strict'], { cwd }).code).toBe(1)
  })

  test('a baseline accepts what is there, and nothing that gets worse', () => {
    const cwd = folderWith({ ...GOOD, 'order-api.truce.yaml': JITTERLESS })
    const written = truce(['check', '.', '--write-baseline', 'baseline.json'], { cwd })
    expect([written.code, written.stderr]).toEqual([0, 'baseline.json: 1 finding accepted from now on.\n'])
    expect(JSON.parse(readFileSync(path.join(cwd, 'baseline.json'), 'utf8'))).toEqual({
      baseline: 1,
      findings: [{ rule: 'no-jitter', severity: 'error', service: 'order-api', operation: 'inventory.reserve' }],
    })
    const accepting = () => truce(['check', '.', '--baseline', 'baseline.json'], { cwd })
    expect(accepting()).toMatchObject({ code: 0, stdout: expect.stringContaining('1 accepted by the baseline') })
    writeFileSync(path.join(cwd, 'order-api.truce.yaml'), JITTERLESS.replace('{ ratio: 20% }', 'none'))
    expect(accepting()).toMatchObject({ code: 1, stdout: expect.stringContaining('no-budget') })
  })

  test.each([
    ['{', 'cannot be read as JSON'],
    ['[]', 'is no baseline'],
    ['{ "findings": [1] }', 'is no baseline'],
  ])('a baseline of %s is refused', (text, says) => {
    const { code, stderr } = truce(['check', '.', '--baseline', 'b.json'], {
      cwd: folderWith({ ...GOOD, 'b.json': text }),
    })
    expect([code, stderr]).toEqual([2, expect.stringContaining(says)])
  })

  test('--json prints nothing else, though it writes a baseline too', () => {
    const cwd = folderWith(GOOD)
    const { stdout } = truce(['check', '.', '--json', '--write-baseline', 'b.json'], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ ok: true })
    expect(truce(['check', '.', '--write-baseline', 'none/b.json'], { cwd })).toMatchObject({ code: 2 })
  })
})

test('--format github says on the line of a document why it cannot be used', { timeout: 30_000 }, () => {
  const cwd = folderWith({ 'truce.yaml': 'truce: 1\nservice: a\nserve: {}\n' })
  const { code, stdout, stderr } = truce(['check', '.', '--format', 'github'], { cwd })
  expect([code, stderr]).toEqual([2, expect.stringContaining('truce.yaml:3:1')])
  expect(stdout).toMatch(/^::error file=truce\.yaml,line=3,col=1,title=unusable::.*serves.*\n$/)
})

describe('truce diff', { timeout: 60_000 }, () => {
  const next = (text: string) => folderWith({ 'old.yaml': INVENTORY, 'new.yaml': text })

  test('a break without a higher version fails, with one it does not', () => {
    const shorter = INVENTORY.replace('ttl: 120h', 'ttl: 24h')
    const silent = truce(['diff', 'old.yaml', 'new.yaml'], { cwd: next(shorter) })
    expect(silent.code).toBe(1)
    expect(silent.stdout).toMatch(
      /breaks callers\n {4}✖ serves\.reserve\.idempotency\.ttl goes from 120h to 24h: .* new\.yaml:\d+\n/,
    )
    expect(silent.stdout).toMatch(
      /✖ Breaks without a word: 1 breaking, 0 compatible\. inventory \(to 4\): raise version/,
    )
    const told = truce(['diff', 'old.yaml', 'new.yaml'], { cwd: next(shorter.replace('version: 3', 'version: 4')) })
    expect([told.code, told.stdout]).toEqual([0, expect.stringContaining('✔ The version says so: 1 breaking')])
  })

  test('a version that goes back is to go beyond the one that was agreed', () => {
    const { stdout } = truce(['diff', 'old.yaml', 'new.yaml'], {
      cwd: next(INVENTORY.replace('version: 3', 'version: 2')),
    })
    expect(stdout).toContain('inventory (to 4): raise version')
  })

  test('what breaks nobody, and what did not change', () => {
    const better = truce(['diff', 'old.yaml', 'new.yaml'], { cwd: next(INVENTORY.replace('ttl: 120h', 'ttl: 240h')) })
    expect([better.code, better.stdout]).toEqual([0, expect.stringContaining('✔ Nobody is broken')])
    expect(truce(['diff', 'old.yaml', 'old.yaml'], { cwd: next('') }).stdout).toBe('✔ No promise changed.\n')
  })

  test('a service that is renamed, though it raises its version', () => {
    const renamed = INVENTORY.replace('service: inventory', 'service: stock').replace('version: 3', 'version: 4')
    const { code, stdout } = truce(['diff', 'old.yaml', 'new.yaml', '--json'], { cwd: next(renamed) })
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      {
        breaking: [{ rule: 'service', from: 'inventory', to: 'stock' }],
        compatible: [{ rule: 'version' }],
        versionRaised: true,
      },
    ])
  })

  test('folders, service by service', () => {
    const cwd = folderWith({
      'old/a.truce.yaml': ORDER,
      'old/b.truce.yaml': INVENTORY,
      'new/renamed.truce.yaml': ORDER.replace('attemptTimeout: 250ms', 'attemptTimeout: 300ms'),
    })
    const { code, stdout } = truce(['diff', 'old', 'new'], { cwd })
    expect(code).toBe(1)
    expect(stdout).toContain('inventory  version 3, gone')
    expect(stdout).toContain('order-api  version 4, not raised')
    expect(stdout).toContain('serve nothing in one version before the document goes')
  })
})

describe('truce checklist', { timeout: 60_000 }, () => {
  const cwd = () =>
    folderWith({ ...GOOD, 'order-api.truce.yaml': ORDER.replace('exhausted: pending', 'mode: enforce') })

  test('asks six questions of each operation, and says where to look first', () => {
    const { code, stdout } = truce(['checklist', '.'], { cwd: cwd() })
    expect(code).toBe(0)
    expect(stdout).toMatch(/order-api → inventory\.reserve {2}high risk, interactive/)
    expect(stdout).toMatch(/ {2}\? What happens when it ends\? Nothing is said/)
    expect(stdout).toMatch(/high risk, interactive +inventory\.reserve \(1 open\)/)
    expect(stdout).toMatch(/\? 2 operations, 12 questions, 1 open\.\n$/)
  })

  test('as Markdown: a box for each question, and no markup out of a document', () => {
    const { stdout } = truce(['checklist', '.', '--format', 'markdown'], { cwd: cwd() })
    expect(stdout.match(/^- \[[ x]\] /gm)).toHaveLength(12)
    expect(stdout.match(/^- \[ \] /gm)).toHaveLength(1)
    expect(stdout).toContain('\\{incoming\\}\\_line\\_\\{line\\}')
  })

  test('as a page: whole, no script, nothing from elsewhere, and no markup out of a document', () => {
    const text = ORDER.replace("'{incoming}_line_{line}'", "'{incoming}<img src=x>'")
    const { stdout } = truce(['checklist', '.', '--format', 'html'], { cwd: folderWith({ 'truce.yaml': text }) })
    expect(stdout).toMatch(/^<!doctype html>[^]*<\/html>\n$/)
    expect(stdout).not.toMatch(/<script|<link|<img|src=x>|url\(|@import|https?:/)
    expect(stdout).toContain('&lt;img src=x&gt;')
    expect(stdout.match(/<section>/g)).toHaveLength(2)
  })

  test('nothing is called', () => {
    const { code, stdout } = truce(['checklist', '.'], { cwd: folderWith({ 'truce.yaml': INVENTORY }) })
    expect([code, stdout]).toEqual([0, expect.stringContaining('No operation is called')])
  })
})
