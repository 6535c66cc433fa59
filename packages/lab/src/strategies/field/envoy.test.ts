import { failure } from 'truce/policy'
import { expect, test } from 'vitest'
import type { Client } from '../client.js'
import { CALL, clientOf, said, waitsOf } from '../../../test/field/driven.js'

const unavailable = failure('unavailable')
const start = (client: Client, times: number) => {
  for (let call = 0; call < times; call++) client.acquire(1, 0, Infinity)
}
const fail = (client: Client, attempt = 1) => client.failed(1, attempt, unavailable, Infinity, 10, 0)

test('one retry, after up to 25 ms', () => {
  expect(waitsOf(clientOf('envoy', { random: () => 1 }))).toEqual([25, 'attempts'])
  expect(waitsOf(clientOf('envoy', { random: () => 1, attempts: 7 }))).toEqual([25, 50, 100, 200, 250, 250, 'attempts'])
})

test('three retries may always be in progress', () => {
  const client = clientOf('envoy')
  const asked = Array.from({ length: 4 }, () => said(client.decide(CALL, unavailable, 0)))
  expect(asked).toEqual([12.5, 12.5, 12.5, 'budget'])
})

test('and a fifth of the requests that are: of 100 that wait, 20', () => {
  const client = clientOf('envoy')
  start(client, 101)
  fail(client)
  const granted = Array.from({ length: 30 }, () => client.decide(CALL, unavailable, 0).act).filter(
    (act) => act === 'retry',
  )
  expect(granted).toHaveLength(20)
})

test('a retry makes room when it has ended, or was never made', () => {
  const client = clientOf('envoy')
  for (let retry = 0; retry < 3; retry++) client.decide(CALL, unavailable, 0)
  expect(client.gauges(0).tokens).toBe(0)
  client.acquire(2, 0, Infinity)
  client.succeeded(1, 2, 1, 10, 0)
  client.takeBack(1, 0, 0)
  expect(client.gauges(0).tokens).toBe(2)
  client.acquire(2, 0, Infinity)
  fail(client, 2)
  expect(client.gauges(0).tokens).toBe(3)
})
