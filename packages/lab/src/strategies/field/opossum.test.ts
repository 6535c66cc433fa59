import { failure } from 'truce/policy'
import { expect, test } from 'vitest'
import type { Client } from '../client.js'
import { clientOf, said, succeed, CALL } from '../../../test/field/driven.js'

const down = failure('timeout')
const fail = (client: Client, now: number, times = 1) => {
  for (let call = 0; call < times; call++) client.failed(client.acquire(1, now, 0), 1, down, 0, 0, now)
}

test('has no retries', () => {
  expect(said(clientOf('opossum').decide(CALL, down, 0))).toBe('attempts')
})

test('the first failure opens a quiet one: 1 of 1 is more than 50 %', () => {
  const client = clientOf('opossum')
  fail(client, 0)
  expect(client.refusesOriginal(0)).toBe('breaker')
})

test('opens above half, not at half', () => {
  const client = clientOf('opossum')
  succeed(client, 10)
  fail(client, 0, 10)
  expect(client.refusesOriginal(0)).toBeUndefined()
  fail(client, 0)
  expect(client.refusesOriginal(0)).toBe('breaker')
})

test('a volume threshold leaves few calls alone', () => {
  const client = clientOf('opossum', { settings: { volume: 5 } })
  fail(client, 0, 4)
  expect(client.refusesOriginal(0)).toBeUndefined()
  fail(client, 0)
  expect(client.refusesOriginal(0)).toBe('breaker')
})

test('what it rejects counts as a call, so that the first failure after closing opens it less easily', () => {
  const client = clientOf('opossum')
  fail(client, 0)
  for (let call = 0; call < 100; call++) client.refusesOriginal(29_000)
  client.succeeded(client.acquire(1, 30_000, 0), 1, 0, 10, 30_000)
  fail(client, 30_000, 40)
  expect(client.refusesOriginal(30_000)).toBeUndefined()
})

test('open for 30 s, then one trial', () => {
  const client = clientOf('opossum')
  fail(client, 0)
  expect(client.refusesOriginal(29_999)).toBe('breaker')
  const trial = client.acquire(1, 30_000, 0)
  expect(trial).not.toBe(0)
  expect(client.refusesOriginal(30_000)).toBe('breaker')
  client.failed(trial, 1, down, 0, 0, 30_010)
  expect(client.refusesOriginal(60_000)).toBe('breaker')
  client.succeeded(client.acquire(1, 60_010, 0), 1, 0, 10, 60_020)
  expect(client.gauges(60_020).breakerOpen).toBe(false)
})

test('a success from before the outage closes a half-open one, no trial sent', () => {
  const client = clientOf('opossum')
  const early = client.acquire(1, 0, 0)
  fail(client, 0, 3)
  expect(client.succeeded(early, 1, 0, 30_500, 30_500)).toBe(true)
  expect(client.refusesOriginal(30_500)).toBeUndefined()
})
