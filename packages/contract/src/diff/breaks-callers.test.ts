import { expect, test } from 'vitest'
import { breaksCallers, type Contract, parseDocument } from '../index.js'

const contract = (deadline: string, attempts: number) =>
  parseDocument(
    `{ truce: 1, service: stock, serves: { look: { effect: read, deadline: ${deadline} } },
       depends: { shelf: { operations: { count: { effect: read, attempts: ${attempts} } } } } }`,
    'truce.yaml',
  ).contract as Contract

test('what breaks a caller is said, what breaks a dependency is no matter of its', () => {
  expect(breaksCallers(contract('1s', 2), contract('3s', 3))).toEqual([
    expect.stringMatching(/^serves\.look\.deadline goes from 1s to 3s: /),
  ])
  expect(breaksCallers(contract('1s', 2), contract('1s', 3))).toEqual([])
})
