import { describe, expect, test } from 'vitest'
import {
  InProgressError,
  InvalidPayloadError,
  InvalidResultError,
  KeyConflictError,
  KeyExpiredError,
  OutcomeUnknownError,
  ReplayedFailureError,
  ResultNotKeptError,
  StoreUnavailableError,
} from '../../idempotency/errors.js'
import { BodyTooLargeError } from '../errors.js'
import type { Answer } from '../incoming.js'
import { ownProblem, refusal, REFUSALS, toldOf } from './problems.js'

const AT = { base: undefined, describedBy: undefined }
const KEYED = { operation: 'shop.create', key: 'order-1' }
const FAILURE = { name: 'NotFound', message: 'no such sku', class: 'not-found' }

function seen({ status, headers, body }: Answer) {
  const { type } = JSON.parse(Buffer.from(body ?? []).toString()) as { type: string }
  return [status, type.replace('urn:truce:problem:', ''), new Map(headers).get('retry-after')]
}

describe('what went wrong, its answer, and what a peer is told besides', () => {
  test.for([
    [new InProgressError(KEYED, 340.5), [409, 'in-progress', '1'], { after: 341 }],
    [new KeyConflictError(KEYED), [422, 'key-conflict', undefined], { retry: false, applied: false }],
    // It may have run and been forgotten: of that nothing is said.
    [new KeyExpiredError(KEYED, 1_000), [410, 'key-expired', undefined], { retry: false }],
    [new OutcomeUnknownError(KEYED, 'before', false), [409, 'outcome-unknown', undefined], { retry: false }],
    [new OutcomeUnknownError(KEYED, 'store', true), [409, 'outcome-unknown', undefined], undefined],
    [
      new StoreUnavailableError(KEYED, 'redis', 1_000),
      [503, 'store-unavailable', '1'],
      { applied: false, after: 1_000 },
    ],
    [new ResultNotKeptError(KEYED), [409, 'result-not-kept', undefined], { retry: false }],
    [
      new InvalidPayloadError('payload', 'is a Map'),
      [400, 'payload-invalid', undefined],
      { retry: false, applied: false },
    ],
    [new BodyTooLargeError(10), [413, 'body-too-large', undefined], { retry: false, applied: false }],
    [new ReplayedFailureError(KEYED, { ...FAILURE, status: 404 }), [404, 'failed-before', undefined], undefined],
    [new ReplayedFailureError(KEYED, { ...FAILURE, status: 200 }), [422, 'failed-before', undefined], undefined],
    [new ReplayedFailureError(KEYED, FAILURE), [422, 'failed-before', undefined], undefined],
    [new InvalidResultError('shop.create', new Error('a Map')), [500, 'internal', undefined], undefined],
    [new TypeError('of a hook'), [500, 'internal', undefined], undefined],
    ['thrown text', [500, 'internal', undefined], undefined],
  ] as const)('%s', ([error, answer, pushback]) => {
    const told = toldOf(error, false, AT)
    expect(seen(told.answer)).toEqual(answer)
    expect(told.pushback).toEqual(pushback)
  })

  test('a commit that was refused: nothing is there', () => {
    const told = toldOf(new Error('deadlock detected'), true, AT)
    expect([seen(told.answer), told.pushback]).toEqual([[503, 'rolled-back', '1'], { applied: false, after: 1_000 }])
  })
})

test('nothing of what is inside reaches the caller', () => {
  const { answer } = toldOf(new Error('password authentication failed for user "shop"'), false, AT)
  expect(Buffer.from(answer.body ?? []).toString()).not.toContain('password')
})

test('an error of the handler is the framework\u2019s, unless it is a refusal of Truce', () => {
  expect(ownProblem(new Error('broke'), AT)).toBeUndefined()
  expect(ownProblem(new BodyTooLargeError(1), AT)?.status).toBe(413)
})

test('every problem with a key may name the page that describes it', () => {
  const { headers } = refusal(REFUSALS.missing, { base: undefined, describedBy: '/keys' })
  expect(headers).toContainEqual(['link', '</keys>; rel="describedby"'])
})
