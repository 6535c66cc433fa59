import { describe, expect, test } from 'vitest'
import { served } from '../../test/served.js'
import { fates, figures } from './figures.js'
import { merged, type OrderRow, type Remains } from './read.js'

const row = (id: string, over: Partial<OrderRow> = {}): OrderRow => ({
  id,
  received: 0,
  availabilityAt: 0,
  reserveAt: 0,
  state: 'confirmed',
  told: 'confirmed',
  ...over,
})
const remains = (over: Partial<Remains> = {}): Remains => ({
  orders: [],
  reservations: new Map(),
  fulfilments: new Map(),
  faults: [],
  stockAstray: 0,
  attempts: [],
  warehouseAttempts: [],
  executions: [],
  stops: {},
  ...over,
})

describe('the fate of an order', () => {
  const fate = (order: OrderRow | undefined, reservations: number, fulfilments: number, status?: number) => {
    const [one] = fates(
      [{ id: 'a', at: 0, ...(status !== undefined && { status }) }],
      remains({
        orders: order ? [order] : [],
        reservations: new Map([['a', reservations]]),
        fulfilments: new Map([['a', fulfilments]]),
      }),
    )
    const { good, atOnce, duplicate, fulfilledTwice, lost, orphan } = one ?? {}
    return Object.entries({ good, atOnce, duplicate, fulfilledTwice, lost, orphan }).flatMap(([name, holds]) =>
      holds ? [name] : [],
    )
  }

  test.each<[string, OrderRow | undefined, number, number, number | undefined, string[]]>([
    ['confirmed, reserved, fulfilled', row('a'), 1, 1, 201, ['good', 'atOnce']],
    ['accepted, finished later', row('a', { told: 'pending' }), 1, 1, 202, ['good']],
    ['reserved twice', row('a'), 2, 1, 201, ['duplicate']],
    ['fulfilled twice', row('a'), 1, 2, 201, ['good', 'atOnce', 'fulfilledTwice']],
    ['never fulfilled', row('a'), 1, 0, 201, ['good', 'atOnce', 'lost']],
    ['confirmed without a reservation', row('a'), 0, 1, 201, ['lost']],
    ['accepted, still pending at the end', row('a', { told: 'pending', state: 'pending' }), 1, 0, 202, ['lost']],
    ['accepted, then failed', row('a', { told: 'pending', state: 'failed' }), 0, 0, 202, ['lost']],
    ['told failed', row('a', { told: 'failed', state: 'failed' }), 0, 0, 503, []],
    ['told failed, but reserved', row('a', { told: 'failed', state: 'failed' }), 1, 0, 503, ['orphan']],
    ['never answered, but reserved', row('a', { told: null, state: 'received' }), 1, 0, undefined, ['orphan']],
    ['never reached the order service', undefined, 0, 0, undefined, []],
  ])('%s', (_, order, reservations, fulfilments, status, expected) => {
    expect(fate(order, reservations, fulfilments, status)).toEqual(expected)
  })
})

describe('figures', () => {
  test('amplification is attempts that arrived per call that was wished, overall and within a fault', () => {
    const { amplification, faults, calls } = figures(
      [],
      remains({
        orders: [
          row('a', { availabilityAt: 100, reserveAt: 1_100 }),
          row('b', { availabilityAt: 1_200, reserveAt: null }),
        ],
        attempts: [
          served('x', 100),
          ...[1_100, 1_200, 1_300, 1_400, 1_999].map((t) => served('y', t)),
          served('y', 2_000),
        ],
        faults: [{ label: 'outage', from: 1_000, until: 2_000 }],
      }),
      [],
    )
    expect(calls).toBe(3)
    expect(amplification).toBeCloseTo(7 / 3)
    expect(faults[0]?.amplification).toBe(2.5)
  })

  test('first-attempt success: the first attempt of a call did its work and its caller heard of it', () => {
    const { firstAttemptSuccess } = figures(
      [],
      remains({
        orders: [row('a'), row('b')],
        attempts: [
          served('a/availability', 1),
          served('a/reserve', 2, { delivered: false }),
          served('a/reserve', 3),
          served('b/availability', 4, { outcome: 'overloaded' }),
        ],
      }),
      [],
    )
    expect(firstAttemptSuccess).toBe(1 / 4)
  })

  test('lost answers of inventory and warehouse count alike, whatever came in between', () => {
    const figured = figures(
      [],
      remains({
        attempts: [served('a/reserve', 1, { delivered: false }), served('a/reserve', 2, { replayed: true })],
        warehouseAttempts: [served('a/fulfil', 3, { operation: 'fulfil', delivered: false })],
        stockAstray: 2,
      }),
      [],
    )
    expect(figured).toMatchObject({ lostAnswers: 2, repaired: 1, stockAstray: 2 })
  })

  test('the peak is of one second', () => {
    const attempts = [900, 1_000, 1_500, 1_999, 2_000].map((t) => served('a', t))
    expect(figures([], remains({ attempts }), []).peakAttemptsPerSecond).toBe(3)
  })

  test('an order sent just before the next fault says nothing of the recovery from this one', () => {
    const sent = [
      { id: 'a', at: 1_500, status: 201 },
      { id: 'b', at: 2_900, status: 503 },
    ]
    const { faults } = figures(
      sent,
      remains({
        orders: [row('a')],
        reservations: new Map([['a', 1]]),
        faults: [
          { label: 'one', from: 0, until: 1_000 },
          { label: 'two', from: 3_000, until: 4_000 },
        ],
      }),
      [],
    )
    expect(faults.map(({ recoveredAfterMs }) => recoveredAfterMs)).toEqual([0, null])
  })

  test('one fault of two services is one window', () => {
    expect(
      merged([
        { label: 'b', from: 20, until: 30 },
        { label: 'a', from: 10, until: 15 },
        { label: 'b', from: 19, until: 29 },
      ]),
    ).toEqual([
      { label: 'a', from: 10, until: 15 },
      { label: 'b', from: 19, until: 30 },
    ])
  })
})
