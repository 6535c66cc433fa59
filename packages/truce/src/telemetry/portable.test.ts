import { expect, test } from 'vitest'
import * as forNode from './index.js'
import * as portable from './portable.js'

test('both entries have the same names', () => {
  expect(Object.keys(portable).toSorted()).toEqual(Object.keys(forNode).toSorted())
})

test('both watch the same guards: all but the attempt log is one and the same', () => {
  expect({ ...portable, attemptLog: null }).toEqual({ ...forNode, attemptLog: null })
  expect(portable.events).toBe(forNode.events)
})

test('the attempt log says at once what to do instead', () => {
  expect(() => portable.attemptLog({ path: 'attempts.jsonl' })).toThrow(/events\.on\('attempt'/)
  expect(() => portable.attemptLog({ path: 'attempts.jsonl' })).toThrow(/`node`/)
})
