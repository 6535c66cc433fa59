import { expect, test } from 'vitest'
import { fresh } from './fresh.js'

test('a value is recalled until it is too old, and the newest one counts', () => {
  const stock = fresh<number>(1_000)
  expect(stock.recall('a', 0)).toBeUndefined()
  stock.keep('a', 7, 0)
  expect(stock.recall('a', 1_000)).toBe(7)
  expect(stock.recall('a', 1_001)).toBeUndefined()
  stock.keep('a', 6, 2_000)
  expect(stock.recall('a', 2_001)).toBe(6)
  expect(stock.recall('b', 2_001)).toBeUndefined()
})
