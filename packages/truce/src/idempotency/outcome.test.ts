import { describe, expect, test } from 'vitest'
import { outcomeOf, type ToldBy } from './outcome.js'
import { json, NOT_KEPT } from './outcome-text.js'

const by: ToldBy = {
  operation: 'orders.create',
  key: 'k',
  codec: json,
  mode: 'at-most-once',
  ttl: 1_000,
  store: 'redis',
  recall: undefined,
  ended: undefined,
  ran: false,
  storeError: new Error('reset'),
}
const ran = { ...by, ran: true, ended: { threw: false, value: 1 } } as const
const found = {
  is: 'completed',
  fence: 1,
  run: 'r',
  outcome: 'v2',
  created: 100,
  settled: 150,
  expires: 900,
  now: 300,
} as const

test('a replay has the other run’s result, its age and how long it is remembered', async () => {
  const answer = { is: 'replayed', found, lost: false } as const
  expect(await outcomeOf(answer, by)).toEqual({ ok: true, value: 2, source: 'replayed', age: 200, left: 600 })
  const past = { ...answer, found: { ...found, now: 1_000 } }
  expect(await outcomeOf(past, by)).toMatchObject({ left: 0 })
})

test('what was not kept is recalled, or said', async () => {
  const answer = { is: 'replayed', found: { ...found, outcome: NOT_KEPT }, lost: false } as const
  expect(await outcomeOf(answer, { ...by, recall: async () => 3 })).toMatchObject({ ok: true, value: 3 })
  expect(await outcomeOf(answer, by)).toMatchObject({ ok: false, error: { code: 'TRUCE_RESULT_NOT_KEPT' } })
})

describe('it says whether the handler ran', () => {
  test.for([
    [{ is: 'in-progress', left: 5 }, 'TRUCE_IN_PROGRESS'],
    [{ is: 'unknown', why: 'lease' }, 'TRUCE_OUTCOME_UNKNOWN'],
  ] as const)('%j', async ([answer, code]) => {
    expect(await outcomeOf(answer, by)).toMatchObject({ source: 'refused', error: { code } })
    expect(await outcomeOf(answer, ran)).toMatchObject({ source: 'executed', error: { code } })
  })
})

test('doubt has what was thrown as its cause, or what the store said', async () => {
  const error = new Error('handler')
  const answer = { is: 'unknown', why: 'store' } as const
  expect(await outcomeOf(answer, { ...ran, ended: { threw: true, error } })).toHaveProperty('error.cause', error)
  expect(await outcomeOf(answer, ran)).toHaveProperty('error.cause', by.storeError)
})

test.for([
  [{ is: 'mismatch' }, 'TRUCE_KEY_CONFLICT'],
  [{ is: 'expired' }, 'TRUCE_KEY_EXPIRED'],
  [{ is: 'unavailable' }, 'TRUCE_STORE_UNAVAILABLE'],
] as const)('%j ran nothing', async ([answer, code]) => {
  expect(await outcomeOf(answer, by)).toMatchObject({ ok: false, source: 'refused', error: { code } })
})

test('what was rolled back is the store’s own error', async () => {
  expect(await outcomeOf({ is: 'rolled-back' }, ran)).toEqual({
    ok: false,
    error: by.storeError,
    source: 'executed',
    kept: 'forget',
  })
})
