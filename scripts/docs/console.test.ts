import { beforeAll, describe, expect, test } from 'vitest'
import { type Block, blocksOf } from './blocks.js'
import { buildCli, differences, matches, type Shown, shown } from './console.js'
import { all } from './holds.js'

beforeAll(buildCli, 120_000)

const commands = [...all.entries()].flatMap(([page, blocks]) =>
  blocks.flatMap(shown).map((each): [string, string, Shown] => [page, each.command, each]),
)

test('there are commands to run', () => expect(commands.length).toBeGreaterThan(0))

test.each(commands)('%s: %s', { timeout: 60_000 }, (page, _, each) => expect(differences(page, each)).toEqual([]))

describe('how it is read', () => {
  const block = (...code: string[]): Block => {
    const [only] = blocksOf('page.md', ['```console', ...code, '```'].join('\n'))
    if (!only) throw new Error('no block')
    return only
  }

  test('a command, and what follows until the next', () => {
    expect(shown(block('$ truce --version', '0.1.0', '$ npm test', 'much', '$ npx truce', 'a', ''))).toEqual([
      { line: 2, command: 'truce --version', output: ['0.1.0'] },
      { line: 6, command: 'npx truce', output: ['a', ''] },
    ])
  })

  test('other output than the page says is told with its line', { timeout: 30_000 }, () => {
    expect(differences('page.md', { line: 7, command: 'truce --version', output: ['0.0.9'] })).toEqual([
      'page.md:7: `truce --version` prints:\n0.1.0',
    ])
  })

  test.each([
    [['a', '…', 'c'], ['a', 'b', 'b', 'c'], true],
    [['a', '…'], ['a'], true],
    [['a', '…', 'c'], ['a', 'b'], false],
    [['a'], ['a', 'b'], false],
  ])('… stands for any lines: %j, %j: %j', (pattern, lines, same) => {
    expect(matches(pattern, lines)).toBe(same)
  })
})
