import { failure } from 'truce/policy'
import { expect, test } from 'vitest'
import { CALL, clientOf, retriesAfter, said, succeed, waitsOf } from '../../../test/field/driven.js'

const highest = () => 1

test('waits up to 50 ms × 2, and from 1 s where it was throttled', () => {
  expect(waitsOf(clientOf('aws-standard', { random: highest }))).toEqual([50, 100, 'attempts'])
  expect(waitsOf(clientOf('aws-standard', { random: highest }), failure('overloaded'))).toEqual([
    1_000,
    2_000,
    'attempts',
  ])
  expect(waitsOf(clientOf('aws-standard-before', { random: highest }))).toEqual([100, 200, 'attempts'])
})

test.each([
  // 500 ÷ 14 = 35.7, 500 ÷ 5, 500 ÷ 5, 500 ÷ 10
  ['aws-standard', 'unavailable', 35],
  ['aws-standard', 'overloaded', 100],
  ['aws-standard-before', 'unavailable', 100],
  ['aws-standard-before', 'timeout', 50],
] as const)('a full bucket of %s affords after %s %i retries, then none', (like, failed, retries) => {
  const client = clientOf(like)
  expect(retriesAfter(client, 200, failure(failed))).toBe(retries)
  expect(retriesAfter(client, 200, failure(failed))).toBe(0)
})

test('a success brings one token, a retry that succeeds what it cost', () => {
  const client = clientOf('aws-standard')
  retriesAfter(client, 35) // 490 of 500 are gone
  succeed(client, 3)
  expect(retriesAfter(client, 1)).toBe(0)
  succeed(client, 1)
  const decision = client.decide(CALL, failure('unavailable'), 0)
  expect(decision).toMatchObject({ act: 'retry', payment: 14 })
  expect(retriesAfter(client, 1)).toBe(0)
  client.succeeded(client.acquire(2, 0, Infinity), 2, 14, 10, 0)
  expect(retriesAfter(client, 2)).toBe(1)
})

test('a retry that is never made costs nothing', () => {
  const client = clientOf('aws-standard')
  retriesAfter(client, 35)
  client.takeBack(14, 0, 0)
  expect(client.gauges(0).tokens).toBe(1)
})

test("the server's wait counts for at most 5 s more than its own", () => {
  const client = clientOf('aws-standard', { random: highest })
  expect(said(client.decide(CALL, failure('unavailable', 'unknown', { retryAfter: 2_000 }), 0))).toBe(2_000)
  expect(said(client.decide(CALL, failure('unavailable', 'unknown', { retryAfter: 60_000 }), 0))).toBe(5_050)
})
