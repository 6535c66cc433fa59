import { expect, test } from 'vitest'
import { clientOf, retriesAfter, waitsOf } from '../../../test/field/driven.js'

test('three attempts, at once', () => {
  expect(waitsOf(clientOf('finagle'))).toEqual([0, 0, 'attempts'])
})

test('10 a second over 10 s, and a fifth of the requests', () => {
  // 100 in reserve, and after 500 requests 100 more, all of them failed
  expect(retriesAfter(clientOf('finagle'), 500)).toBe(200)
})

test('without the reserve it sends 1.2 times the requests in a total outage', () => {
  expect(retriesAfter(clientOf('finagle', { settings: { perSecond: 0 } }), 1_000)).toBe(200)
})

test('deposits and what was paid from them expire after 10 s', () => {
  const client = clientOf('finagle')
  expect(retriesAfter(client, 500)).toBe(200)
  expect(client.gauges(9_000).tokens).toBe(0)
  expect(client.gauges(11_000).tokens).toBe(100)
})

test('a retry that is never made is not paid', () => {
  const client = clientOf('finagle')
  retriesAfter(client, 500)
  client.takeBack(1, 0, 0)
  expect(client.gauges(0).tokens).toBe(1)
})
