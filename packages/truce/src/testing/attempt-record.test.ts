import { expect, test } from 'vitest'
import { attemptRecord } from './attempt-record.js'

test('a whole record from the fields that matter', () => {
  expect(attemptRecord()).toMatchObject({ v: 1, side: 'client', attempt: 1, cause: 'original', outcome: 'ok' })
  expect(attemptRecord({ attempt: 0, outcome: 'refused', stop: 'budget' })).toEqual({
    ...attemptRecord(),
    attempt: 0,
    outcome: 'refused',
    stop: 'budget',
  })
})
