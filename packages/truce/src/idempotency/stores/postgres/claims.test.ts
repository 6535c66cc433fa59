import { describe, expect, test } from 'vitest'
import { claimOf } from '../../../../test/idempotency/at-hand.js'
import type { Claim } from '../../../policy/idempotency/record.js'
import { newsOf } from './claims.js'

const INSERT = { name: 'insert', text: 'INSERT' }

/** After so many claims in a row of keys that were new. */
function after(news: number, insert: (claim: Claim) => typeof INSERT | undefined = () => INSERT) {
  const of = newsOf(insert)
  for (let each = 0; each < news; each++) of.met('granted')
  return of
}

describe('a claim is taken for one of a new key', () => {
  test('after sixteen in a row, until one meets something', () => {
    expect(after(15).next('a', claimOf())).toBeUndefined()
    const news = after(16)
    expect(news.next('a', claimOf({ fingerprint: 'f', run: 'r' }))).toEqual({
      statement: INSERT,
      values: ['a', 'f', 'r'],
    })
    news.met('completed')
    expect(news.next('a', claimOf())).toBeUndefined()
  })

  test('with the moment until which a dated key counts as new, in s', () => {
    const sent = after(16).next('a', claimOf({ fingerprint: 'f', run: 'r', born: 5_000, ttl: 1_000 }))
    expect(sent?.values).toEqual(['a', 'f', 'r', 6])
  })

  test('but not where its caller says that it is too old, or there is no statement for it', () => {
    expect(after(16).next('a', claimOf({ age: 1_001, ttl: 1_000 }))).toBeUndefined()
    expect(after(16).next('a', claimOf({ age: 1_000, ttl: 1_000 }))).toBeDefined()
    expect(after(16, () => undefined).next('a', claimOf())).toBeUndefined()
  })
})
