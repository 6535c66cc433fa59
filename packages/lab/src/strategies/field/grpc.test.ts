import { failure } from 'truce/policy'
import { expect, test } from 'vitest'
import { clientOf, retriesAfter, said, succeed, waitsOf, CALL } from '../../../test/field/driven.js'

test('waits up to 100 ms × 2, at most 1 s', () => {
  const client = clientOf('grpc', { random: () => 1, attempts: 6, settings: { maxTokens: 100 } })
  expect(waitsOf(client)).toEqual([100, 200, 400, 800, 1_000, 'attempts'])
})

test('repeats what is unavailable, and nothing else', () => {
  expect(said(clientOf('grpc').decide(CALL, failure('timeout'), 0))).toBe('permanent')
  expect(said(clientOf('grpc').decide(CALL, failure('internal'), 0))).toBe('permanent')
})

test('stops at half of the tokens: of ten, the fifth failure is not repeated', () => {
  expect(retriesAfter(clientOf('grpc'), 20)).toBe(4)
})

test('a failure that is never repeated takes no token', () => {
  const client = clientOf('grpc')
  retriesAfter(client, 20, failure('internal'))
  expect(retriesAfter(client, 20)).toBe(4)
})

test('ten successes bring a token back, and none beyond ten', () => {
  const client = clientOf('grpc')
  retriesAfter(client, 20) // 0 left: 10 needed to stand at 6
  succeed(client, 50)
  expect(retriesAfter(client, 1)).toBe(0)
  succeed(client, 25) // 4 + 2.5
  expect(retriesAfter(client, 1)).toBe(1)
  succeed(client, 1_000)
  expect(retriesAfter(client, 20)).toBe(4)
})
