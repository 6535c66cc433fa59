import { expect, test } from 'vitest'
import { dependency } from '../guard/dependency.js'
import { events } from '../telemetry/events.js'
import type { AttemptRecord } from '../telemetry/record.js'
import { scriptedDependency, seeded, virtualTime } from './index.js'

const call = async () => {
  const time = virtualTime({ epoch: 1_700_000_000_000 })
  const inventory = dependency('inventory', { clock: time.clock, random: seeded(7) })
  const stock = inventory.operation('stock', { effect: 'read', attemptTimeout: 800, deadline: 2_500 })
  const scripted = scriptedDependency([{ status: 503 }, 'hang', { after: 20, value: 7 }], { clock: time.clock })
  const records: AttemptRecord[] = []
  const off = events.on('attempt', (record) => records.push(record))
  const value = await time.run(stock.run(scripted.attempt))
  off()
  return { value, ended: time.now(), calls: scripted.calls, records }
}

test('a guarded call against a script, in no time', async () => {
  const { value, ended, calls, records } = await call()
  expect(value).toBe(7)
  expect(calls.map(({ attempt, aborted }) => [attempt, aborted])).toEqual([
    [1, false],
    [2, true],
    [3, false],
  ])
  expect(ended).toBeGreaterThanOrEqual(820)
  expect(records.map(({ attempt, cause, outcome }) => [attempt, cause, outcome])).toEqual([
    [1, 'original', 'unavailable'],
    [2, 'retry', 'timeout'],
    [3, 'retry', 'ok'],
  ])
  expect(records.every(({ t }) => t >= 1_700_000_000_000 && t <= 1_700_000_000_000 + ended)).toBe(true)
})

test('the same seed gives the same call, to the millisecond', async () => {
  const [first, second] = [await call(), await call()]
  expect(second.ended).toBe(first.ended)
  expect(second.calls).toEqual(first.calls)
})
