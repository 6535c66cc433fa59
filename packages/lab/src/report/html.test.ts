import { describe, expect, test } from 'vitest'
import { small } from '../../test/report/small.js'
import { htmlReport } from './html.js'

const { scenario, simulated } = small()
const page = htmlReport(scenario, simulated)
const matches = (pattern: RegExp) => [...page.matchAll(pattern)]

test('needs no network and no script', () => {
  expect(page).not.toMatch(/<(script|link|img|iframe)\b|@import|https?:|\burl\((?!#)/)
})

test('says what happened before it shows it', () => {
  const verdict = page.indexOf('class="verdict">Best was ')
  expect(verdict).toBeGreaterThan(0)
  expect(verdict).toBeLessThan(page.indexOf('<figure>'))
  expect(page).toContain('<li>5 s to 10 s: server failing, 60 % with internal</li>')
})

test('has the strategies side by side in a table, the best one named as such in words', () => {
  const [, body = ''] = /<tbody>([\s\S]*?)<\/tbody>/.exec(page) ?? []
  const rows = [...body.matchAll(/<th scope="row">([a-z]+)/g)].map(([, name]) => name)
  expect(rows).toEqual(['none', 'naive', 'truce'])
  expect(body.match(/\(best\)/g)).toHaveLength(1)
})

describe('each chart', () => {
  const charts = matches(/<svg viewBox="[^"]*" role="img" aria-labelledby="([^"]*)">([\s\S]*?)<\/svg>/g)

  test('one a strategy for each measure', () => {
    const sections = matches(/<section /g).length
    expect(sections).toBeGreaterThanOrEqual(6)
    expect(charts).toHaveLength(3 * sections)
  })

  test('is named and described by ids that there are once', () => {
    const ids = matches(/ id="([^"]+)"/g).map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, names = ''] of charts) for (const id of names.split(' ')) expect(ids).toContain(id)
  })

  test('has the fault as a band', () => {
    for (const [, , inner = ''] of charts) expect(inner.match(/class="fault"/g)).toHaveLength(1)
  })

  test('draws numbers only', () => expect(page).not.toMatch(/NaN|Infinity|undefined/))
})

test('the same stands in numbers below each row', () => {
  expect(matches(/<details><summary>The same in numbers/g)).toHaveLength(matches(/<section /g).length)
})

test('a name is text, whatever is in it', () => {
  const { scenario: other, simulated: named } = small('</title><script>alert(1)</script>&"')
  const text = htmlReport(other, named)
  expect(text).not.toContain('<script>')
  expect(text).toContain('&lt;/title&gt;&lt;script&gt;alert(1)')
})

test('of several seeds it says so, and how sure the success is', () => {
  const { scenario: other, simulated: several } = small('several', 3)
  const text = htmlReport(other, several)
  expect(text).toContain('means of 3 seeds')
  expect(text).toMatch(/\d % ± \d/)
})

test('same simulation, same page', () => {
  const again = small()
  expect(htmlReport(again.scenario, again.simulated)).toBe(page)
})
