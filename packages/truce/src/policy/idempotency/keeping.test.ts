import { describe, expect, it } from 'vitest'
import { type Failure, failure } from '../classify.js'
import { type Keeping, KEEPING, keep, keptBy, type Kept, repeats } from './keeping.js'
import type { Mode } from './record.js'

const MODES: readonly Mode[] = ['transaction', 'derived-key', 'at-most-once']

/** What the operation itself answered, and nobody can change. */
const REFUSED = failure('rejected')
const NOTHING_DONE: Failure = { class: 'unavailable', certainty: 'not-applied', answered: false }
const IN_DOUBT: Failure = { class: 'internal', certainty: 'unknown', answered: false }
/** The caller's own code gave up: of the class of the permanent ones, but nobody answered. */
const NOBODY_ANSWERED: Failure = { class: 'invalid', certainty: 'unknown', answered: false }
const ANSWERED_TRANSIENT: Failure = failure('internal')

describe('keep', () => {
  it.each(KEEPING)('%s: a success is remembered, in every mode', (keeping) => {
    for (const mode of MODES)
      expect(keep(keeping, mode, { failure: undefined, threw: false }), `in ${mode}`).toBe('store')
  })

  it('what a transaction threw is rolled back, whatever it was', () => {
    for (const keeping of KEEPING) {
      for (const each of [REFUSED, NOTHING_DONE, IN_DOUBT, NOBODY_ANSWERED, ANSWERED_TRANSIENT]) {
        expect(keep(keeping, 'transaction', { failure: each, threw: true }), `${keeping} ${each.class}`).toBe('forget')
      }
    }
  })

  const cases: readonly [Keeping, Mode, string, Failure, Kept][] = [
    ['default', 'transaction', 'refused', REFUSED, 'store'],
    ['default', 'transaction', 'in doubt, and returned', IN_DOUBT, 'forget'],
    ['default', 'derived-key', 'refused', REFUSED, 'store'],
    ['default', 'derived-key', 'in doubt', IN_DOUBT, 'free'],
    ['default', 'derived-key', 'nothing done', NOTHING_DONE, 'free'],
    ['default', 'derived-key', 'transient, answered', ANSWERED_TRANSIENT, 'free'],
    ['default', 'at-most-once', 'refused', REFUSED, 'store'],
    ['default', 'at-most-once', 'in doubt', IN_DOUBT, 'unknown'],
    ['default', 'at-most-once', 'permanent, but nobody answered', NOBODY_ANSWERED, 'unknown'],
    ['default', 'at-most-once', 'transient, answered', ANSWERED_TRANSIENT, 'unknown'],
    ['default', 'at-most-once', 'nothing done', NOTHING_DONE, 'forget'],
    ['stripe-v1', 'transaction', 'in doubt, and returned', IN_DOUBT, 'store'],
    ['stripe-v1', 'derived-key', 'in doubt', IN_DOUBT, 'store'],
    ['stripe-v1', 'at-most-once', 'in doubt', IN_DOUBT, 'store'],
    ['stripe-v1', 'at-most-once', 'refused', REFUSED, 'store'],
    ['success-only', 'transaction', 'refused', REFUSED, 'forget'],
    ['success-only', 'derived-key', 'in doubt', IN_DOUBT, 'free'],
    ['success-only', 'at-most-once', 'in doubt', IN_DOUBT, 'unknown'],
    ['success-only', 'at-most-once', 'refused', REFUSED, 'forget'],
    ['success-only', 'at-most-once', 'nothing done', NOTHING_DONE, 'forget'],
    ['redrive', 'transaction', 'refused', REFUSED, 'forget'],
    ['redrive', 'derived-key', 'refused', REFUSED, 'free'],
    ['redrive', 'derived-key', 'nothing done', NOTHING_DONE, 'free'],
    ['redrive', 'at-most-once', 'in doubt', IN_DOUBT, 'unknown'],
    ['redrive', 'at-most-once', 'refused', REFUSED, 'forget'],
  ]

  it.each(cases)('%s, %s, %s', (keeping, mode, _what, each, kept) => {
    expect(keep(keeping, mode, { failure: each, threw: false })).toBe(kept)
    if (mode !== 'transaction') expect(keep(keeping, mode, { failure: each, threw: true })).toBe(kept)
  })

  it('no keeping frees a key in at-most-once whose work is in doubt', () => {
    for (const keeping of KEEPING) {
      for (const each of [IN_DOUBT, NOBODY_ANSWERED, ANSWERED_TRANSIENT]) {
        const kept = keep(keeping, 'at-most-once', { failure: each, threw: true })
        expect(['store', 'unknown'], `${keeping} ${each.class}`).toContain(kept)
      }
    }
  })

  it('the presets are those that are documented', () => {
    expect(KEEPING).toEqual(['default', 'stripe-v1', 'success-only', 'redrive'])
    expect(Object.isFrozen(KEEPING)).toBe(true)
  })
})

it('what may have taken effect once and for all is not repeated by itself', () => {
  expect(MODES.map(repeats)).toEqual([true, true, false])
})

describe('a rule of the caller’s own', () => {
  it.each(['store', 'free', 'forget', 'unknown'] as const)('decides: %s', (said) => {
    expect(keptBy(said, 'derived-key')).toBe(said)
    expect(keptBy(said, 'transaction'), 'what is not stored is rolled back').toBe(said === 'store' ? 'store' : 'forget')
  })

  it.each([undefined, 'kept', true, 0, {}])('that says %j has said nothing', (said) => {
    expect(keptBy(said, 'at-most-once')).toBeUndefined()
  })
})
