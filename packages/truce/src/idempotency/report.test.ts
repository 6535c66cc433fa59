import { expect, onTestFinished, test } from 'vitest'
import { ordersOn, REQUEST, scripted } from '../../test/idempotency/faulty-store.js'
import { watched } from '../../test/peers/inventory.js'
import { executions } from '../telemetry/events.js'
import { countedKeys, type Execution } from '../telemetry/idempotency.js'

const DERIVED = { ...REQUEST, mode: 'derived-key' } as const
const AT_MOST_ONCE = { ...REQUEST, mode: 'at-most-once' } as const

function reported(service: string) {
  const told: Execution[] = []
  onTestFinished(executions.on((event) => event.service === service && void told.push(event)))
  return {
    told,
    counted: () => countedKeys().find((counters) => counters.service === service),
    on: ordersOn({ service }),
  }
}

test('a run, its replay and a conflict', async () => {
  const { told, counted, on } = reported('report-basic')
  await on.time.run(on.orders.execute(DERIVED, () => new Promise((end) => on.time.clock.alarm(40, () => end(1)))))
  await on.time.run(on.orders.execute(DERIVED, () => 2))
  await on.time.run(on.orders.outcome({ ...DERIVED, payload: 'other' }, () => 3))
  expect(told.map(({ end, replayed, ms, waited, takeover }) => ({ end, replayed, ms, waited, takeover }))).toEqual([
    { end: 'executed', replayed: false, ms: 40, waited: 0, takeover: false },
    { end: 'replayed', replayed: true, ms: 0, waited: 0, takeover: false },
    { end: 'conflict', replayed: false, ms: 0, waited: 0, takeover: false },
  ])
  expect(told[0]).toMatchObject({ t: 0, operation: 'orders.create', mode: 'derived-key' })
  expect(told.every(({ key }) => key === told[0]?.key && !key.includes('order-1'))).toBe(true)
  expect(counted()).toMatchObject({ executed: 1, reused: 2, prevented: 1, conflicts: 1, duplicates: 0, inProgress: 0 })
})

test('one who waits, one who does not, and one who leaves', async () => {
  const { told, counted, on } = reported('report-waits')
  const work = scripted<string>()
  const controller = new AbortController()
  const calls = [
    on.orders.execute(DERIVED, work.handler),
    on.orders.execute(DERIVED, work.handler),
    on.orders.outcome({ ...DERIVED, wait: 0 }, work.handler),
    on.orders.outcome({ ...DERIVED, signal: controller.signal }, work.handler),
  ].map((call: Promise<unknown>) => watched(call))
  await on.time.advance(100)
  controller.abort()
  work.succeed('done')
  await on.time.settle()
  expect(calls.map(({ ended }) => ended)).toEqual(['well', 'well', 'well', 'well'])
  expect(told.map(({ end, waited }) => [end, waited]).toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
    ['abandoned', 0],
    ['executed', 0],
    ['in-progress', 0],
    ['replayed', 100],
  ])
  expect(counted()).toMatchObject({ executed: 1, inProgress: 2, prevented: 2, reused: 2 })
})

test('doubt, and what became of it', async () => {
  const { told, counted, on } = reported('report-doubt')
  await on.time.run(on.orders.outcome(AT_MOST_ONCE, () => Promise.reject(new Error('reset'))))
  await on.time.run(on.orders.outcome(AT_MOST_ONCE, () => 1))
  const reconcile = () => ({ applied: true, value: 1 }) as const
  await on.time.run(on.orders.outcome({ ...AT_MOST_ONCE, reconcile }, () => 1))
  expect(told.map(({ end, takeover }) => [end, takeover])).toEqual([
    ['unknown', false],
    ['unknown', false],
    ['reconciled', true],
  ])
  expect(counted()).toMatchObject({ executed: 1, unknown: 2, prevented: 1, reused: 2 })
})

test('a store that cannot be asked, guarded and unguarded, ready and not', async () => {
  const { told, counted, on } = reported('report-outage')
  on.faults.always('all', 'refused')
  await on.time.run(on.orders.outcome(DERIVED, () => 1))
  expect(counted()).toMatchObject({ unavailable: 1 })
  on.faults.always('ready', 'none')
  await on.time.run(on.orders.outcome(DERIVED, () => 1))
  await on.time.run(on.orders.outcome({ ...DERIVED, outage: 'open' }, () => 1))
  expect(counted()).toMatchObject({ unavailable: 2, executed: 1, prevented: 0 })
  expect(told.map(({ end }) => end)).toEqual(['unavailable', 'unguarded'])
})

test('a result that is not kept', async () => {
  const { counted, on } = reported('report-not-kept')
  await on.time.run(on.orders.execute(DERIVED, () => new Map()))
  expect(counted()).toMatchObject({ executed: 1, notKept: 1 })
})
