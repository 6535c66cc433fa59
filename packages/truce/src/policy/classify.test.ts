import { describe, expect, it, test } from 'vitest'
import {
  type Certainty,
  failure,
  type FailureClass,
  isFailureClass,
  isTransient,
  leavesDoubt,
  PERMANENT,
  TRANSIENT,
  UNRECOGNISED,
} from './classify.js'

const classes: [FailureClass, transient: boolean][] = [
  ['timeout', true],
  ['unavailable', true],
  ['overloaded', true],
  ['conflict', true],
  ['internal', true],
  ['invalid', false],
  ['unauthorized', false],
  ['not-found', false],
  ['rejected', false],
  ['exhausted', false],
  ['aborted', false],
]

describe('classify', () => {
  test.each(classes)('%s is a failure class; may pass by itself: %s', (name, transient) => {
    expect([isFailureClass(name), isTransient(name)]).toEqual([true, transient])
  })

  it('has no class that is both transient and permanent', () => {
    expect([...TRANSIENT, ...PERMANENT, 'exhausted', 'aborted']).toEqual(classes.map(([name]) => name))
  })

  test.each([['ok'], ['Timeout'], [''], [undefined], [null], [503], [{}], [['timeout']]])(
    '%o is no failure class',
    (word) => {
      expect(isFailureClass(word)).toBe(false)
    },
  )

  it('takes an error that nobody recognises as perhaps passing, perhaps applied, and no answer', () => {
    expect(UNRECOGNISED).toEqual({ class: 'internal', certainty: 'unknown', answered: false })
  })

  it('shorthand: answered, applied or not is unknown, unless said otherwise', () => {
    expect(failure('timeout')).toEqual({ class: 'timeout', certainty: 'unknown', answered: true })
    expect(failure('overloaded', 'not-applied', { retryAfter: 200, retry: false, answered: false })).toEqual({
      class: 'overloaded',
      certainty: 'not-applied',
      answered: false,
      retryAfter: 200,
      retry: false,
    })
  })
})

describe('leavesDoubt', () => {
  it.each<[string, FailureClass, Certainty, boolean, boolean]>([
    ['a lost answer', 'unavailable', 'unknown', false, true],
    ['a 500', 'internal', 'unknown', true, true],
    ['a refused connection', 'unavailable', 'not-applied', false, false],
    ['a 404', 'not-found', 'unknown', true, false],
    ['an error of the caller’s own code', 'rejected', 'unknown', false, true],
  ])('%s', (_, name, certainty, answered, doubt) => {
    expect(leavesDoubt(failure(name, certainty, { answered }))).toBe(doubt)
  })
})
