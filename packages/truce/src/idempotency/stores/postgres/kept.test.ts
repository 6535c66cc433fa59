import { expect, test } from 'vitest'
import { kept } from './kept.js'

const isEqual = (a: number, b: number) => a === b

test('what was made for a kind is given again, also where nothing could be made', () => {
  const made: number[] = []
  const of = kept<number, object>(isEqual, (kind) => {
    made.push(kind)
    return kind < 0 ? undefined : { kind }
  })
  expect(of(1)).toBe(of(1))
  expect([of(2), of(-1), of(-1)]).toEqual([{ kind: 2 }, undefined, undefined])
  expect(made).toEqual([1, 2, -1])
})

test('of more than 32 kinds, the first are kept and the others do without', () => {
  const of = kept<number, number>(isEqual, (kind) => kind)
  const all = Array.from({ length: 40 }, (_, kind) => of(kind))
  expect(all.filter((each) => each !== undefined)).toHaveLength(32)
  expect([of(0), of(31), of(32), of(39)]).toEqual([0, 31, undefined, undefined])
})
