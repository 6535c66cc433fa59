import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { build, type Ended, folderWith, INVENTORY, ORDER, truce } from './truce.js'

beforeAll(build, 120_000)

/** Exit code 2, nothing on stdout, one problem in two lines: the place and the reason, and what to do. */
function oneProblem({ code, stdout, stderr }: Ended): string {
  expect({ code, stdout, lines: stderr.trimEnd().split('\n').length, stderr }).toMatchObject({
    code: 2,
    stdout: '',
    lines: 2,
  })
  expect(stderr).not.toContain('    at ')
  return stderr
}

const BOMB = `a: &a [x, x, x, x, x, x, x, x, x]
${'abcdefgh'
  .split('')
  .slice(1)
  .map((name, at) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefgh'[at]}`).join(', ')}]`)
  .join('\n')}
truce: 1
service: order
`

describe('one document that cannot be used', { timeout: 60_000 }, () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ['50 MB', Buffer.alloc(50_000_000, 'a'), /has 50000000 bytes/],
    ['not UTF-8', Buffer.from([0x74, 0x3a, 0xff, 0xfe, 0x00]), /truce\.yaml:1:3: from here on it is not UTF-8/],
    ['a tab in the indentation', 'truce: 1\nserves:\n\ta: 1\n', /truce\.yaml:3:/],
    ['a misspelt field', 'truce: 1\nservice: a\nserve: {}\n', /truce\.yaml:3:1: [^]*serves/],
    ['nothing in it', '', /truce\.yaml/],
  ])('%s', (_, content, says) => {
    const stderr = oneProblem(truce(['check', 'truce.yaml'], { cwd: folderWith({ 'truce.yaml': content }) }))
    expect(stderr).toMatch(says)
  })

  test('a billion laughs: at once, whatever it says', () => {
    const { code, stdout, stderr } = truce(['check', 'truce.yaml'], { cwd: folderWith({ 'truce.yaml': BOMB }) })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/truce\.yaml:\d+:\d+/)
    expect(stderr).not.toContain('    at ')
  })

  test('of a thousand problems a hundred, and that there may be more', () => {
    const serves = Array.from({ length: 1_000 }, (_, n) => `  o${n}: { effct: read }\n`).join('')
    const cwd = folderWith({ 'truce.yaml': `truce: 1\nservice: a\nserves:\n${serves}` })
    const { code, stderr } = truce(['check', 'truce.yaml'], { cwd })
    expect([code, stderr.trimEnd().split('\n')]).toEqual([2, expect.objectContaining({ length: 202 })])
    expect(stderr).toContain('after 100 problems no more are looked for')
  })

  test.each<[string, string, RegExp]>([
    [
      'a byte order mark and the line ends of Windows',
      '\uFEFFtruce: 1\r\nservice: a\r\nversion: 0\r\n',
      /yaml:3:10: version is 0/,
    ],
    ['a NUL', 'truce: 1\nservice: a\0b\n', /yaml:2:11: .*null byte/],
    ['a name twice', 'truce: 1\nservice: a\nservice: b\n', /yaml:3:1: "service" stands here twice, first on line 2/],
    [
      'an anchor in itself',
      'truce: 1\nservice: a\nserves: &s { a: *s }\n',
      /yaml:3:17: \*s stands within its own anchor/,
    ],
    ['a number beyond all numbers', 'truce: 1\nservice: a\nversion: 1e999\n', /yaml:3:10: version is "1e999"/],
    ['a service named __proto__', 'truce: 1\nservice: __proto__\n', /yaml:2:10: service is "__proto__"/],
    [
      'an operation named __proto__',
      'truce: 1\nservice: a\nserves: { __proto__: { effect: read } }\n',
      /yaml:3:11: "__proto__" is no name/,
    ],
    [
      '64 levels and more',
      `truce: 1\nservice: a\nserves: ${'['.repeat(100_000)}`,
      /yaml:3:\d+: here it is more than 64 levels deep/,
    ],
  ])('with %s', (_, content, says) => {
    expect(oneProblem(truce(['check', 'truce.yaml'], { cwd: folderWith({ 'truce.yaml': content }) }))).toMatch(says)
  })

  test('an empty path, of a variable that is not set', () => {
    expect(oneProblem(truce(['check', ''], { cwd: folderWith({ 'truce.yaml': ORDER }) }))).toContain('A path is empty')
  })

  test.each(['nowhere/*.yaml', '['])('what matches nothing: %s', (pattern) => {
    expect(oneProblem(truce(['check', pattern], { cwd: folderWith({}) }))).toContain('no file matches it')
  })

  test('a missing one', () => {
    expect(oneProblem(truce(['check', 'none.yaml'], { cwd: folderWith({}) }))).toMatch(
      /^none\.yaml:1:1: there is no such file/,
    )
  })

  test('the other side of a comparison too', () => {
    const cwd = folderWith({ 'truce.yaml': ORDER })
    expect(oneProblem(truce(['diff', 'truce.yaml', 'next.yaml'], { cwd }))).toMatch(
      /^next\.yaml:1:1: there is no such file/,
    )
  })
})

test('names that every object has are names like others', { timeout: 30_000 }, () => {
  const document = `truce: 1
service: constructor
serves: { valueOf: { effect: read, calls: { toString.hasOwnProperty: 2 } } }
depends: { toString: { operations: { hasOwnProperty: { effect: read, attempts: 2, exhausted: fail } } } }
`
  const cwd = folderWith({ 'truce.yaml': document })
  const { code, stdout } = truce(['check', '.'], { cwd })
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/constructor\.valueOf +limit 4\n +└─ toString\.hasOwnProperty +4 attempts/),
  ])
  expect(truce(['diff', 'truce.yaml', 'truce.yaml'], { cwd }).code).toBe(0)
  expect(truce(['checklist', '.'], { cwd }).stdout).toContain('constructor → toString.hasOwnProperty')
})

describe('folders', { timeout: 60_000 }, () => {
  test('without a contract', () => {
    expect(oneProblem(truce(['check', '.'], { cwd: folderWith({ 'readme.md': '' }) }))).toContain(
      'There is no contract in "."',
    )
  })

  test('whose links lead in a circle are searched once', () => {
    const cwd = folderWith({ 'a/order-api.truce.yaml': ORDER, 'a/inventory.truce.yaml': INVENTORY })
    symlinkSync('..', path.join(cwd, 'a', 'up'))
    expect(truce(['check', '.'], { cwd })).toMatchObject({ code: 0 })
    symlinkSync('loop.yaml', path.join(cwd, 'loop.yaml'))
    expect(oneProblem(truce(['check', 'loop.yaml'], { cwd }))).toMatch(/^loop\.yaml/)
  })

  test('that may not be read', () => {
    const cwd = folderWith({ 'closed/truce.yaml': ORDER, 'open/inventory.truce.yaml': INVENTORY })
    chmodSync(path.join(cwd, 'closed'), 0o000)
    const args = ['check', 'closed']
    // Whoever is root may read it all the same: then by a user who may not, where the machine lets us be one.
    const ended = process.getuid?.() === 0 ? asNobody(args, cwd) : truce(args, { cwd })
    expect(ended === undefined ? 'closed: cannot be listed' : oneProblem(ended)).toMatch(/^closed: cannot be listed/)
  })

  test('with two documents of one service', () => {
    const cwd = folderWith({ 'a.truce.yaml': ORDER, 'b.truce.yaml': ORDER })
    expect(oneProblem(truce(['check', '.'], { cwd }))).toMatch(
      /^b\.truce\.yaml:2:\d+: a\.truce\.yaml is the document of order-api in version 4 too/,
    )
    const versions = folderWith({ 'a.truce.yaml': ORDER, 'b.truce.yaml': ORDER.replace('version: 4', 'version: 5') })
    expect(truce(['check', '.'], { cwd: versions }).code).toBe(0)
    expect(oneProblem(truce(['diff', '.', 'a.truce.yaml'], { cwd: versions }))).toContain(
      'several versions of order-api',
    )
  })
})

describe('names that would command a terminal', { timeout: 60_000 }, () => {
  const ESCAPE = '\u001B'
  const evil = `e${ESCAPE}[31mvil.truce.yaml`

  test.each(['check', 'checklist'])('of files, told by %s', (command) => {
    const { stdout } = truce([command, '.'], {
      cwd: folderWith({ [evil]: ORDER.replace(/ +idempotency: [{] key: '.*\n/, '') }),
    })
    expect(stdout).toContain('e�[31mvil.truce.yaml')
    expect(stdout).not.toContain(ESCAPE)
  })

  test('of files and fields that cannot be used, on stderr and in an annotation', () => {
    const cwd = folderWith({ [evil]: 'truce: 1\nservice: a\n"f\\e[31m\\n::error::x": 1\n' })
    const { stdout, stderr } = truce(['check', '.', '--format', 'github'], { cwd })
    expect(stderr).toContain('has no field "f�[31m ::error::x"')
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(stdout + stderr).not.toContain(ESCAPE)
  })
})

describe('a baseline', { timeout: 60_000 }, () => {
  const given = (baseline: string) => {
    const cwd = folderWith({ 'truce.yaml': ORDER, 'baseline.json': baseline })
    return truce(['check', 'truce.yaml', '--baseline', 'baseline.json'], { cwd })
  }

  test.each([
    ['{', 'cannot be read as JSON'],
    ['[]', 'is no baseline: it lists no findings'],
    ['{ "findings": [{ "rule": "no-jitter" }] }', 'is no baseline'],
    ['{ "findings": [{ "rule": "no-jitter", "service": "a", "amount": "3" }] }', 'is no baseline'],
    ['{ "baseline": 2, "findings": [] }', 'is a baseline of form 2; this truce reads form 1'],
  ])('%s', (baseline, says) => {
    expect(oneProblem(given(baseline))).toContain(says)
  })

  test('that is a folder', () => {
    const cwd = folderWith({ 'truce.yaml': ORDER })
    expect(oneProblem(truce(['check', 'truce.yaml', '--baseline', '.'], { cwd }))).toContain(
      'the baseline: it is a folder',
    )
  })

  test('with a byte order mark', () => {
    expect(given('\uFEFF{ "findings": [] }')).toMatchObject({ code: 0 })
  })

  test.runIf(existsSync('/dev/zero'))('that has no end', () => {
    const cwd = folderWith({ 'truce.yaml': ORDER })
    expect(oneProblem(truce(['check', 'truce.yaml', '--baseline', '/dev/zero'], { cwd }))).toContain(
      '/dev/zero:1:1: the baseline: it is no regular file',
    )
  })

  test.runIf(process.platform === 'linux')('that nobody writes to', () => {
    const cwd = folderWith({ 'truce.yaml': ORDER })
    spawnSync('mkfifo', [path.join(cwd, 'pipe.json')])
    expect(oneProblem(truce(['check', 'truce.yaml', '--baseline', 'pipe.json'], { cwd }))).toContain('no regular file')
  })

  test('that is not UTF-8', () => {
    const cwd = folderWith({ 'truce.yaml': ORDER, 'b.json': Buffer.from([0x7b, 0x0a, 0xff]) })
    expect(oneProblem(truce(['check', 'truce.yaml', '--baseline', 'b.json'], { cwd }))).toMatch(/^b\.json:2:1: /)
  })

  test('of what was mended long ago is told to be made smaller', () => {
    const { code, stdout } = given('{ "findings": [{ "rule": "no-jitter", "service": "order-api" }] }')
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining('0 warnings, 1 of the baseline no longer found: --write-baseline takes it out.'),
    ])
  })

  test('accepts what nothing bounds', () => {
    const endless = '{ use: background, effect: read, deadline: none }'
    const document = `{ truce: 1, service: a, depends: { b: { budget: none, operations: { x: ${endless} } } } }`
    const cwd = folderWith({ 'truce.yaml': document })
    expect(truce(['check', 'truce.yaml', '--write-baseline', 'b.json'], { cwd }).code).toBe(0)
    const { code, stdout } = truce(['check', 'truce.yaml', '--baseline', 'b.json'], { cwd })
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 accepted by the baseline')])
  })
})

/** A link, so that node and the build are where anybody may read them; undefined where they are not. */
function asNobody(args: readonly string[], cwd: string): Ended | undefined {
  chmodSync(cwd, 0o755)
  const script = new URL('../bin/truce.mjs', import.meta.url).pathname
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd,
    encoding: 'utf8',
    uid: 65_534,
    gid: 65_534,
  })
  return status === null || stderr.includes('EACCES') ? undefined : { code: status, stdout, stderr }
}

describe('as JSON', { timeout: 60_000 }, () => {
  test.each([
    ['check', 'none.yaml'],
    ['diff', 'none.yaml', 'truce.yaml'],
    ['checklist', 'none.yaml'],
    ['check', '--unknown'],
    ['unknown'],
  ])('%s %s: one object with the problems', (...args) => {
    const { code, stdout, stderr } = truce([...args, '--json'], { cwd: folderWith({ 'truce.yaml': ORDER }) })
    expect([code, JSON.parse(stdout)]).toEqual([
      2,
      { ok: false, problems: [expect.objectContaining({ message: expect.any(String), fix: expect.any(String) })] },
    ])
    expect(stderr).not.toBe('')
  })
})
