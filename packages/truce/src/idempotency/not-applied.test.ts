import { expect, test } from 'vitest'
import { notApplied, saysNotApplied } from './not-applied.js'

test('the same error is marked, frozen or not', () => {
  for (const error of [new Error('closed'), Object.freeze(new Error('closed')), { status: 503 }]) {
    expect(saysNotApplied(error)).toBe(false)
    expect(notApplied(error)).toBe(error)
    expect(saysNotApplied(error)).toBe(true)
  }
})

test('what cannot be marked is wrapped', () => {
  for (const primitive of ['closed', 5, null, undefined, Symbol('closed')]) {
    expect(saysNotApplied(primitive)).toBe(false)
    const error = notApplied(primitive)
    expect(error).toBeInstanceOf(Error)
    expect(saysNotApplied(error)).toBe(true)
  }
})

test('an error around it says nothing: what was done in between only the handler knows', () => {
  expect(saysNotApplied(new Error('later', { cause: notApplied(new Error('closed')) }))).toBe(false)
})
