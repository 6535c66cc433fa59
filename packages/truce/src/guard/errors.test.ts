import { describe, expect, it, vi } from 'vitest'
import {
  AttemptTimeoutError,
  BreakerOpenError,
  DeadlineError,
  isTruceError,
  OptionError,
  OverloadedError,
} from './errors.js'

const refusal = { dependency: 'inventory', operation: 'reserve', stop: 'breaker' } as const

describe('errors of Truce’s own', () => {
  it.each([
    [
      new BreakerOpenError({ ...refusal, retryIn: 499.2 }),
      'TRUCE_BREAKER_OPEN',
      'inventory.reserve was not sent: the breaker refuses it; try again in 500 ms',
    ],
    [
      new BreakerOpenError({ ...refusal, retryIn: Infinity }),
      'TRUCE_BREAKER_OPEN',
      'inventory.reserve was not sent: the breaker refuses it',
    ],
    [
      new OverloadedError({ ...refusal, stop: 'concurrency' }),
      'TRUCE_OVERLOADED',
      'inventory.reserve was not sent: all slots of its concurrency limit are taken and its queue is full',
    ],
    [
      new OverloadedError({ ...refusal, stop: 'throttled' }),
      'TRUCE_OVERLOADED',
      'inventory.reserve was not sent: it has timed out lately and its governor sheds calls',
    ],
    [
      new DeadlineError({ ...refusal, stop: 'deadline' }),
      'TRUCE_DEADLINE',
      "inventory.reserve ran out of time: the nearest of its deadlines (the operation's, the call's, or that of the attempt above) has passed, or leaves too little for an attempt",
    ],
    [
      new AttemptTimeoutError('inventory', 'reserve', 99.6),
      'TRUCE_ATTEMPT_TIMEOUT',
      'inventory.reserve did not answer within 100 ms',
    ],
    [
      new AttemptTimeoutError('inventory', 'reserve', 30_000, undefined, 'fell silent for'),
      'TRUCE_ATTEMPT_TIMEOUT',
      'inventory.reserve fell silent for 30000 ms',
    ],
    [
      new OptionError('attempts', 0, 'a whole number of at least 1'),
      'TRUCE_OPTION',
      'option attempts is 0; allowed: a whole number of at least 1',
    ],
  ])('%s', (error, code, message) => {
    expect(error).toMatchObject({ code, message, name: error.constructor.name })
    expect(error).toBeInstanceOf(Error)
    expect(isTruceError(error)).toBe(true)
    expect('cause' in error, 'no cause that says nothing').toBe(false)
  })

  it('are known across copies of the package, by brand', async () => {
    vi.resetModules()
    const copy = await import('./errors.js')
    const theirs = new copy.DeadlineError({ ...refusal, stop: 'deadline' })
    expect(theirs).not.toBeInstanceOf(DeadlineError)
    expect(isTruceError(theirs)).toBe(true)
  })

  it.each([[new Error('x')], [null], [undefined], ['TRUCE_OPTION'], [{ code: 'TRUCE_OPTION' }]])(
    'are told from %s',
    (other) => {
      expect(isTruceError(other)).toBe(false)
    },
  )
})
