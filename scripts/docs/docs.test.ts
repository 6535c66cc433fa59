import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Block, pages, read, root } from './blocks.js'
import { type Module, compile, execute, fileOf, isCode, modulesOf, promised } from './modules.js'
import { judge } from './prose.js'

/** Every block of every page holds: code compiles, runs and prints what it says; commands exist; data parses. */
const all = new Map<string, Block[]>(pages().map((page) => [page, read(page)]))
const modules = [...all.values()].flatMap(modulesOf)

// `truce` resolves to its build, through its exports, as for a reader; where that is fresh this does nothing.
const tsc = path.join(root, 'node_modules', '.bin', 'tsc')
if (modules.length > 0) spawnSync(tsc, ['-b', 'packages/truce'], { cwd: root, timeout: 60_000 })
const messages = compile(modules)

describe.each([...all.keys()])('%s', (page) => {
  const its = modules.filter((module) => module.page === page)
  test.each(its.map((module): [number, Module] => [module.line, module]))(
    ':%i runs',
    { timeout: 30_000 },
    async (_, module) => {
      expect(messages.get(fileOf(module)) ?? []).toEqual([])
      const { code, stdout, stderr } = await execute(module)
      const end = code === null ? 'did not end by itself within 20 s' : `ended with ${code}`
      expect(code, `the block at ${page}:${module.line} ${end}\n${stderr}`).toBe(0)
      const printed = stdout.split('\n').map((text) => text.trim())
      for (const text of promised(module)) {
        const at = printed.indexOf(text)
        expect(
          at,
          `the block at ${page}:${module.line} says "→ ${text}", left to print was:\n${printed.join('\n')}`,
        ).not.toBe(-1)
        printed.splice(0, at + 1)
      }
    },
  )

  test('commands exist and data parses', () => {
    expect((all.get(page) ?? []).filter((block) => !isCode(block)).flatMap(judge)).toEqual([])
  })
})

test('README.md, where there is one, shows code', () => {
  const readme = all.get('README.md')
  expect(readme === undefined || readme.some(({ language }) => language === 'ts')).toBe(true)
})
