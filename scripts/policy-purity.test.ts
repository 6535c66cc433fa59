import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runPlanted } from './planted.js'
import { impurities } from './policy-purity.mjs'

/** Each must be found by the linter or by policy-purity; `policy/` without them by neither. */
describe('policy/ is pure: the linter refuses', () => {
  const banned: [what: string, code: string, rule: string][] = [
    ['Date.now', 'export const now = Date.now()', 'no-restricted-globals'],
    ['new Date', 'export const now = new Date()', 'no-restricted-globals'],
    ['performance', 'export const now = performance.now()', 'no-restricted-globals'],
    ['setTimeout', 'setTimeout(() => {}, 1)', 'no-restricted-globals'],
    ['setInterval', 'setInterval(() => {}, 1)', 'no-restricted-globals'],
    ['setImmediate', 'setImmediate(() => {})', 'no-restricted-globals'],
    ['queueMicrotask', 'queueMicrotask(() => {})', 'no-restricted-globals'],
    ['Promise', 'export const soon = Promise.resolve(1)', 'no-restricted-globals'],
    ['process', 'export const { env } = process', 'no-restricted-globals'],
    ['crypto', 'export const id = crypto.randomUUID()', 'no-restricted-globals'],
    ['globalThis', 'export const now = globalThis.Date.now()', 'no-restricted-globals'],
    ['Math.random', 'export const u = Math.random()', 'no-restricted-properties'],
    ["Math['random']", "export const u = Math['random']()", 'no-restricted-properties'],
    ['a random of Math', 'export const { random } = Math', 'no-restricted-properties'],
    ['node: imports', "export { sep } from 'node:path'", 'no-restricted-imports'],
  ]

  // One run for all: the linter starts once, each ban stands in a file of its own.
  const lint = () => {
    const name = (at: number) => `packages/truce/src/policy/planted-${at}.ts`
    const planted = Object.fromEntries(banned.map(([, code], at) => [name(at), `${code}\n`]))
    const allowed =
      'export const now = Date.now()\nexport const u = Math.random()\nexport const soon = Promise.resolve(1)\n'
    const files = {
      ...planted,
      'packages/truce/src/policy/clean.ts': 'export const larger = Math.max(1, 2)\n',
      'packages/truce/src/policy/backoff.test.ts': allowed,
      'packages/truce/src/guard/clock.ts': allowed,
    }
    const { code, output } = runPlanted(files, 'oxlint', ['--deny-warnings', '-f', 'unix', 'packages'])
    return { code, lines: output.split('\n'), name }
  }

  test('every ban, in policy/ alone and not in its tests', { timeout: 60_000 }, () => {
    const { code, lines, name } = lint()
    expect(code).toBe(1)
    const missed = banned.filter(
      ([, , rule], at) => !lines.some((line) => line.startsWith(name(at)) && line.includes(rule)),
    )
    expect(missed).toEqual([])
    expect(lines.filter((line) => /(clean|backoff\.test|clock)\.ts/.test(line))).toEqual([])
  })
})

describe('the linter knows types', () => {
  test.each([
    ['no-floating-promises', 'export function f(go: () => Promise<void>): void {\n  go()\n}\n'],
    ['no-misused-promises', 'export const f = (go: () => Promise<boolean>): number => (go() ? 1 : 2)\n'],
    ['await-thenable', 'export async function f(n: number): Promise<number> {\n  return await n\n}\n'],
    ['no-explicit-any', 'export const f = (x: any): unknown => x\n'],
    ['ban-ts-comment', '// @ts-ignore\nexport const f: string = 1\n'],
  ])('%s', { timeout: 60_000 }, (rule, code) => {
    const { code: exit, output } = runPlanted({ 'packages/truce/src/guard/planted.ts': code }, 'oxlint', [
      '--deny-warnings',
      'packages',
    ])
    expect(exit).toBe(1)
    expect(output).toContain(rule)
  })
})

describe('policy/ is pure: policy-purity refuses', () => {
  test.each([
    ['an async function', 'export async function f() {}', /synchronous/],
    ['an async arrow', 'export const f = async () => 1', /synchronous/],
    ['an async method', 'export const o = { async f() {} }', /synchronous/],
    ['await', 'await 1', /synchronous/],
    ['for await', 'export const f = (): void => { for await (const _ of []) {} }', /synchronous/],
    ['a promise as a type', 'export type Later = Promise<number>', /no Promise/],
    ['a thenable as a type', 'export type Later = PromiseLike<number>', /no PromiseLike/],
    ['Math under another name', 'const m = Math\nexport const u = m.random()', /Math by its own name/],
    ['Math, indexed', 'export const f = (name: "max") => Math[name]', /Math by its own name/],
    ['Math.random', 'export const u = Math.random()', /Math by its own name/],
    ['a dynamic import', "export const f = () => import('./backoff.js')", /top of the file/],
    ['an import in a type', "export type F = import('node:fs').Stats", /top of the file/],
    ['a built-in without node:', "import 'fs'", /nothing of Node/],
    ['a package', "export * from 'yaml'", /no package/],
    ['a type from Node', "import type { Stats } from 'node:fs'", /nothing of Node/],
    ['import.meta', 'export const here = import.meta.url', /where it runs/],
    ['a suppressed rule', '// oxlint-disable-next-line\nexport const now = 1', /suppressed/],
  ])('%s', (_, code, advice) => {
    const found = impurities(folderWith({ 'planted.ts': `export const first = 1\n${code}\n` }))
    expect(found.join('\n')).toMatch(advice)
    expect(found[0]).toMatch(/planted\.ts:[23]: /)
  })

  test('pure code passes, in folders too; tests may wait', () => {
    const pure = "import { wait } from './backoff.js'\nexport const later = (now: number) => Math.max(now, wait)\n"
    const folder = folderWith({ 'retry.ts': pure, 'deep/retry.ts': pure, 'retry.test.ts': 'await Promise.resolve()\n' })
    expect(impurities(folder)).toEqual([])
    expect(impurities(folderWith({ 'deep/retry.ts': 'await 1\n' }))).toHaveLength(1)
  })
})

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'truce-policy-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return folder
}
