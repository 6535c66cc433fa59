import { expect, test } from 'vitest'
import { isTruceError } from '../guard/errors.js'
import * as errors from './errors.js'

const keyed = { operation: 'orders.create', key: 'secret-key' }
const all = [
  new errors.InProgressError(keyed, 5),
  new errors.KeyConflictError(keyed),
  new errors.KeyExpiredError(keyed, 5),
  new errors.InvalidKeyError('', 'any'),
  new errors.InvalidPayloadError('payload.a', 'is bigint'),
  new errors.OutcomeUnknownError(keyed, 'lease', false),
  new errors.StoreUnavailableError(keyed, 'redis', 5),
  new errors.ResultNotKeptError(keyed),
  new errors.InvalidResultError('orders.create', new TypeError('it is a Date')),
  new errors.LeaseLostError(keyed, 'gone'),
  new errors.ReplayedFailureError(keyed, { name: 'Error', message: 'm', class: 'invalid' }),
]

test('each has a name, a code and a brand of its own', () => {
  expect(new Set(all.map(({ code }) => code)).size).toBe(all.length)
  for (const error of all) {
    expect(isTruceError(error)).toBe(true)
    expect(error.name).toBe(error.constructor.name)
    expect(error.code).toMatch(/^TRUCE_[A-Z_]+$/)
    expect(error.stack).toContain(error.name)
  }
  expect(Object.keys(errors).toSorted()).toEqual(all.map(({ name }) => name).toSorted())
})

test('in a transaction, where no hook can tell, doubt says what to do by hand', () => {
  const { message } = new errors.OutcomeUnknownError(keyed, 'escaped', false)
  expect(message).toMatch(/undo or finish that by hand.*COMMIT and ROLLBACK to the store/)
  expect(message).not.toContain('reconcile')
})

test('each that is of a key has it for those who catch it, and not in its message, which is logged', () => {
  for (const error of all.filter((each) => 'key' in each)) {
    expect(error).toMatchObject(keyed)
    expect(error.message).toMatch(/^orders\.create: /)
    expect(error.message).not.toContain('secret')
  }
})
