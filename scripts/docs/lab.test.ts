import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { climbAll, COLUMNS } from '../../packages/lab/src/ladder/index.js'
import { LADDER } from '../../packages/lab/src/ladder/table.js'
import { FIELD } from '../../packages/lab/src/strategies/field/index.js'
import { LAB, modelsTable, SCENARIOS, withPart } from './lab.mjs'

test('docs/lab.md lists the models that there are, with their numbers: npm run lab:docs', async () => {
  expect(await withPart(LAB, 'models', modelsTable(FIELD))).toBe(readFileSync(LAB, 'utf8'))
})

const rows = new Map(
  readFileSync(SCENARIOS, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ['))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, link = '', , ...cells]) => [/ladder\/(.*)\.yaml/.exec(link)?.[1] ?? '', cells.slice(0, 6)] as const),
)

test('docs/lab-scenarios.md has every storm of the ladder', () => {
  expect(new Set(rows.keys())).toEqual(new Set(LADDER.map(({ name }) => name)))
})

test('and what it says of some of them is what they give today: npm run lab:docs', { timeout: 60_000 }, () => {
  const { rungs } = climbAll({ only: ['b', 'd', 'k', 'g2', 's16-most-hang'] })
  for (const [name, rung] of Object.entries(rungs)) {
    const said = rows.get(name)?.map((cell) => Number(cell.replace(' ◂', ''))) ?? []
    const off = COLUMNS.map((column, i) => Math.abs((said[i] ?? Number.NaN) - 100 * rung[column]))
    expect(Math.max(...off), `${name} says ${said.join(', ')}`).toBeLessThanOrEqual(0.51)
  }
})
