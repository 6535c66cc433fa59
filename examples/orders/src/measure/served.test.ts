import type { AttemptRecord } from 'truce/telemetry'
import { expect, test } from 'vitest'
import type { Delivery } from '../deliveries-log.js'
import { servedAttempts } from './served.js'

const record = (call: string, t: number, over: Partial<AttemptRecord> = {}): AttemptRecord => ({
  v: 1,
  side: 'server',
  t,
  call,
  service: 'inventory',
  dependency: 'inventory',
  operation: 'reserve',
  effect: 'write',
  layer: 'inventory',
  attempt: 1,
  cause: 'original',
  waited: 0,
  ms: 60,
  outcome: 'ok',
  certainty: 'applied',
  ...over,
})
const delivery = (id: string, over: Partial<Delivery> = {}): Delivery => ({
  id,
  order: 'order_1',
  delivered: true,
  ...over,
})

test('a record and what became of its answer are one attempt of an order', () => {
  const attempts = servedAttempts(
    [record('b', 2, { attempt: 2, replayed: true }), record('a', 1)],
    [delivery('a#1', { delivered: false }), delivery('b#2')],
  )
  expect(attempts).toMatchObject([
    { t: 1, call: 'order_1/reserve', outcome: 'ok', certainty: 'applied', delivered: false },
    { t: 2, call: 'order_1/reserve', replayed: true, delivered: true },
  ])
})

test('what died with the process has no record, and is an attempt that did nothing', () => {
  const died = { t: 3, operation: 'reserve', effect: 'write' } as const
  expect(servedAttempts([], [delivery('a#1', { delivered: false, died })])).toEqual([
    {
      t: 3,
      call: 'order_1/reserve',
      operation: 'reserve',
      effect: 'write',
      outcome: 'unavailable',
      certainty: 'not-applied',
      delivered: false,
    },
  ])
})

test('what was recorded just before the process died is what its record says', () => {
  const died = { t: 3, operation: 'reserve', effect: 'write' } as const
  expect(servedAttempts([record('a', 3)], [delivery('a#1', { delivered: false, died })])).toMatchObject([
    { outcome: 'ok', certainty: 'applied', delivered: false },
  ])
})
