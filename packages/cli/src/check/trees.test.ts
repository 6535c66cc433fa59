import { check } from '@truce/contract/check'
import { parseDocument } from '@truce/contract/document'
import { expect, test } from 'vitest'
import { treesText } from './trees.js'

/** As it is printed, without its title. */
function trees(...documents: string[]): string {
  const contracts = documents.map((text) => {
    const { contract, problems } = parseDocument(text, 'a.yaml')
    if (!contract) throw new Error(problems.map(({ message }) => message).join())
    return contract
  })
  const [text = ''] = treesText(check(contracts), contracts, (colour, words) =>
    colour === 'red' ? `!${words}!` : words,
  )
  return text.slice(text.indexOf('\n\n') + 2)
}

const doc = (body: string) => `{ truce: 1, service: a, ${body} }`
const READ = 'effect: read'

test('what nobody waits for stands beside no limit', () => {
  const operations = `x: { ${READ} }, later: { ${READ}, use: background }, queued: { ${READ}, use: background, attempts: 8 }`
  expect(trees(doc(`depends: { b: { operations: { ${operations} } } }`))).toBe(`  a         limit 4
    └─ b.x  3 attempts

  a, in the background  not limited
    ├─ b.later          124 attempts
    └─ b.queued         8 attempts`)
})

test('what only a deadline bounds does not either, though an action calls it', () => {
  const operations = `x: { ${READ} }, later: { ${READ}, use: background }`
  const serves = `serves: { o: { ${READ}, calls: { b.x: 1, b.later: 1 } } }`
  expect(trees(doc(`${serves}, depends: { b: { operations: { ${operations} } } }`))).toBe(`  a.o       limit 4
    └─ b.x  3 attempts

  a.o, in the background  not limited
    └─ b.later            124 attempts`)
})

test('what is too much is marked, with its limit', () => {
  expect(trees(doc(`depends: { b: { operations: { x: { ${READ}, attempts: 5 } } } }`))).toBe(`  a         !limit 4!
    └─ b.x  !5 attempts!`)
})

test('attempts that nothing bounds are countless', () => {
  const endless = `{ ${READ}, use: background, deadline: none }`
  expect(trees(doc(`depends: { b: { operations: { x: ${endless} } } }`))).toContain('countless attempts')
})

test('of many actions the costliest are drawn', () => {
  const names = Array.from({ length: 30 }, (_, n) => `o${n}`)
  const serves = names.map((name) => `${name}: { ${READ}, calls: { b.${name}: 1 } }`).join(', ')
  const operations = names.map((name, n) => `${name}: { ${READ}, attempts: ${n === 29 ? 4 : 2} }`).join(', ')
  const text = trees(doc(`serves: { ${serves} }, depends: { b: { operations: { ${operations} } } }`))
  expect(text.split('\n')[0]).toMatch(/^ {2}a\.o29 +limit 4$/)
  expect(text).toMatch(/ {2}… 10 more, 2 attempts at most: --json lists them$/)
})
