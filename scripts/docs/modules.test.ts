import { describe, expect, test } from 'vitest'
import { type Block, blocksOf } from './blocks.js'
import { compile, execute, fileOf, modulesOf, promised } from './modules.js'
import { judge } from './prose.js'

const fence = '```'
const page = (...blocks: string[]): Block[] => blocksOf('proof/page.md', ['# A page', '', ...blocks].join('\n'))
const block = (language: string, ...code: string[]) => [fence + language, ...code, fence, ''].join('\n')

describe('blocks', () => {
  test('language, code and line, also when indented or fenced with ~', () => {
    const found = page(block('ts', 'a'), '  ~~~sh title="x"\n  b\n    c\n  ~~~')
    expect(found.map(({ language, line, code }) => [language, line, code])).toEqual([
      ['ts', 4, 'a'],
      ['sh', 8, 'b\n  c'],
    ])
  })

  test('a block that is not closed is an error', () => {
    expect(() => page('```ts', 'a')).toThrow('proof/page.md:3: this code block is not closed')
  })
})

describe('modules', { timeout: 30_000 }, () => {
  const outcome = async (...blocks: string[]) => {
    const [module] = modulesOf(page(...blocks))
    if (!module) throw new Error('no module')
    const messages = compile([module]).get(fileOf(module)) ?? []
    return { messages, ...(await execute(module)) }
  }

  test('blocks that continue share their names', async () => {
    const continued = await outcome(
      block('ts', 'const a: number = 1'),
      'prose',
      block('ts', '// continues', 'console.log(a + 1)'),
    )
    expect(continued).toMatchObject({ messages: [], code: 0, stdout: '2\n' })
    expect(() => modulesOf(page(block('ts', '// continues')))).toThrow('nothing stands before')
  })

  test('an error of types is told with the line of the page', async () => {
    const { messages } = await outcome(block('ts', 'export {}', "const a: number = 'x'"))
    expect(messages).toEqual([expect.stringContaining('proof/page.md:5: Type')])
  })

  test.each([
    ['a throw', "throw new Error('no')"],
    ['a rejection', "void Promise.reject(new Error('no'))"],
    ['a failed assertion', "import assert from 'node:assert/strict'; assert.equal(1, 2)"],
  ])('%s fails with the line of the page', async (_, code) => {
    const ended = await outcome(block('ts', '', code, 'export {}'))
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('proof/page.md:5')
  })

  test('a promise of output that nothing prints is an error', () => {
    const [kept, broken] = modulesOf(page(block('ts', 'console.log(1) // → 1'), block('ts', 'f() // → 1')))
    expect(kept && promised(kept)).toEqual(['1'])
    expect(() => broken && promised(broken)).toThrow('proof/page.md:8: nothing checks')
  })
})

describe('other blocks', () => {
  test.each([
    ['bash', 'npm start -- --seed 7\nnpm test && npx vitest run'],
    ['console', '$ npm ci\nadded 3 packages'],
    ['yaml', 'a: { b: 1 }'],
    ['json', '{ "a": 1 }'],
    ['jsonl', '{ "a": 1 }\n{ "a": 2 }'],
    ['text', 'anything'],
    ['csharp', 'var pipeline = new ResiliencePipelineBuilder().Build();'],
  ])('%s may stand', (language, code) => {
    expect(page(block(language, code)).flatMap(judge)).toEqual([])
  })

  test.each([
    ['bash', 'npm run no-such-script', 'no such npm command'],
    ['console', '$ npm strat', 'no such npm command'],
    ['sh', 'cd x && npx no-such-tool', 'not installed'],
    ['yaml', 'a: { b: 1', 'proof/page.md:4'],
    ['json', '{ a: 1 }', 'proof/page.md:4'],
    ['brainfuck', '+', 'nothing checks'],
    ['', 'x', 'nothing checks'],
  ])('%s: %s is refused', (language, code, why) => {
    expect(page(block(language, code)).flatMap(judge)).toEqual([expect.stringContaining(why)])
  })
})
