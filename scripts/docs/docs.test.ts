import { describe, expect, test } from 'vitest'
import { isCode, type Module, compile, serverOf } from './modules.js'
import { all, buildTruce, faultsOf, modules } from './holds.js'
import { judge } from './prose.js'

/** Every block of every page holds: code compiles, runs and prints what it says; commands exist; data parses. */
const alone = modules.filter((module) => serverOf(module) === undefined)
if (alone.length > 0) buildTruce()
const messages = compile(alone)

describe.each([...all.keys()])('%s', (page) => {
  const its = alone.filter((module) => module.page === page)
  test.each(its.map((module): [number, Module] => [module.line, module]))(
    ':%i runs',
    { timeout: 30_000 },
    async (_, module) => expect(await faultsOf(module, messages)).toEqual([]),
  )

  test('commands exist and data parses', () => {
    expect((all.get(page) ?? []).filter((block) => !isCode(block)).flatMap(judge)).toEqual([])
  })
})

test('README.md, where there is one, shows code', () => {
  const readme = all.get('README.md')
  expect(readme === undefined || readme.some(({ language }) => language === 'ts')).toBe(true)
})
