import { expect, test } from 'vitest'
import { dueTimes, FIRST_MS, MAX_MS, PARKED_MS } from './due.js'

const middle = () => 0.5
const owed = (...ids: string[]) => ids.map((id) => ({ id }))
const ids = (items: readonly { id: string }[]) => items.map(({ id }) => id)

test('waits double with every failure, up to the cap', () => {
  const due = dueTimes(middle)
  const waits = Array.from({ length: 8 }, () => {
    due.again('a', 0)
    return [...Array(MAX_MS + 1).keys()].find((now) => due.inTurn(owed('a'), now).length === 1)
  })
  expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000])
})

test('waits are spread around their mean by the random that was given', () => {
  const draws = [0, 0.999]
  const due = dueTimes(() => draws.shift() ?? 0)
  due.again('soon', 0)
  due.again('late', 0)
  expect(ids(due.inTurn(owed('soon', 'late'), FIRST_MS / 2))).toEqual(['soon'])
  expect(ids(due.inTurn(owed('soon', 'late'), FIRST_MS * 1.4))).toEqual(['soon'])
  expect(ids(due.inTurn(owed('soon', 'late'), FIRST_MS * 1.5))).toEqual(['soon', 'late'])
})

test('fresh items come first in their own order, then those that have been due the longest', () => {
  const due = dueTimes(middle)
  due.again('second', 10)
  due.again('first', 0)
  due.again('not yet', 100)
  expect(ids(due.inTurn(owed('second', 'not yet', 'x', 'first', 'y'), FIRST_MS + 10))).toEqual([
    'x',
    'y',
    'first',
    'second',
  ])
})

test('parked items are counted and passed over for a long time, then due once more', () => {
  const due = dueTimes(middle)
  due.again('a', 0)
  due.park('a', 0)
  expect(due.parked).toBe(1)
  expect(due.inTurn(owed('a'), PARKED_MS - 1)).toEqual([])
  expect(due.inTurn(owed('a'), PARKED_MS)).toEqual(owed('a'))
  due.again('a', PARKED_MS)
  expect(due.parked).toBe(0)
})

test('what is done, or no longer owed, leaves nothing behind', () => {
  const due = dueTimes(middle)
  due.park('done', 0)
  due.park('settled by hand', 0)
  due.forget('done')
  expect(ids(due.inTurn(owed('done'), 0))).toEqual(['done'])
  expect(due.parked).toBe(0)
})
