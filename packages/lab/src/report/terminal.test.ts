import { describe, expect, test } from 'vitest'
import { small } from '../../test/report/small.js'
import { terminalReport } from './terminal.js'

const { scenario, simulated } = small()
const report = terminalReport(scenario, simulated)
const lines = report.split('\n')

test('name, faults, what happened, the table, then how it went', () => {
  const order = [
    'a small outage · 20 s',
    '5 s to 10 s: server failing',
    'Best was',
    'success  ',
    '\n  faults',
    'load, up to',
  ]
  const places = order.map((text) => report.indexOf(text))
  expect(places).toEqual(places.toSorted((one, other) => one - other))
  expect(Math.min(...places)).toBeGreaterThanOrEqual(0)
})

test('fits in 80 columns, and in fewer where it is told so', () => {
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('faults stand under the axis where they are: a quarter in, for a quarter', () => {
  const marks = lines.find((line) => line.startsWith('  faults'))?.slice(10)
  expect(marks).toBe(`${'·'.repeat(5)}${'×'.repeat(5)}${'·'.repeat(10)}`)
})

test('a strategy that has nothing to show under a heading is left out there', () => {
  const from = lines.findIndex((line) => line.startsWith('  retries, up to'))
  expect(lines[from + 1]).toMatch(/^ {2}naive/)
})

describe('plain', () => {
  test('nothing but text', () => expect(report).not.toMatch(/\p{Cc}(?<!\n)/u))

  test('a name cannot colour what stands around it', () => {
    const { scenario: other, simulated: named } = small('\u001B[31mred')
    expect(terminalReport(other, named)).toMatch(/^�\[31mred/)
  })

  test('what matters is marked where asked', () => {
    expect(terminalReport(scenario, simulated, { bold: (text) => `*${text}*` })).toMatch(/^\*a small outage\*/)
  })
})
