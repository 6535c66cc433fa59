import { failure } from 'truce/policy'
import { expect, test } from 'vitest'
import { CALL, clientOf, said, succeed } from '../../../test/field/driven.js'
import { decorrelated } from './cockatiel.js'

const down = failure('unavailable')

test('waits as cockatiel draws them: 2^t · tanh √4t, less where the curve stood, × 128 ÷ 1.4', () => {
  // t = 0.5: 1.41421 · 0.88839 = 1.25637; t = 1.5: 2.82843 · 0.93911 … less that
  expect(decorrelated(CALL, 128, 30_000, () => 0.5)).toBeCloseTo(114.869, 2)
  const second = decorrelated({ ...CALL, attempt: 2, waited: 114.869 }, 128, 30_000, () => 0.5)
  expect(second).toBeCloseTo((2 ** 1.5 * Math.tanh(Math.sqrt(6)) - Math.SQRT2 * Math.tanh(Math.SQRT2)) * (128 / 1.4), 2)
  expect(decorrelated({ ...CALL, attempt: 12 }, 128, 30_000, () => 0.5)).toBe(30_000)
})

test('opens at the fifth failure in a row, whoever failed', () => {
  const client = clientOf('cockatiel')
  for (let call = 0; call < 4; call++) client.failed(client.acquire(1, 0, 0), 1, down, 0, 0, 0)
  succeed(client, 1)
  for (let call = 0; call < 4; call++) client.failed(client.acquire(1, 0, 0), 1, down, 0, 0, 0)
  expect(client.refusesOriginal(0)).toBeUndefined()
  expect(client.failed(client.acquire(1, 0, 0), 1, down, 0, 0, 0)).toBe(true)
  expect(client.refusesOriginal(0)).toBe('breaker')
  expect(client.gauges(0).breakerOpen).toBe(true)
})

test('after 10 s one probe: its failure opens for 10 s more, its success closes', () => {
  const client = clientOf('cockatiel')
  for (let call = 0; call < 5; call++) client.failed(client.acquire(1, 0, 0), 1, down, 0, 0, 0)
  expect(client.acquire(1, 9_999, 0)).toBe(0)
  const probe = client.acquire(1, 10_000, 0)
  expect(probe).not.toBe(0)
  expect(client.acquire(1, 10_000, 0)).toBe(0)
  client.failed(probe, 1, down, 0, 0, 10_100)
  expect(client.refusesOriginal(20_099)).toBe('breaker')
  expect(client.succeeded(client.acquire(1, 20_100, 0), 1, 0, 10, 20_110)).toBe(true)
  expect(client.refusesOriginal(20_110)).toBeUndefined()
})

test('it has no budget: whatever happens around it, a call has its three retries', () => {
  const client = clientOf('cockatiel')
  const asked = Array.from({ length: 1_000 }, () => typeof said(client.decide(CALL, down, 0)))
  expect(new Set(asked)).toEqual(new Set(['number']))
})
