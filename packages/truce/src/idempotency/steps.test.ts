import { expect, test } from 'vitest'
import { scripted } from '../../test/idempotency/faulty-store.js'
import { watched } from '../../test/peers/inventory.js'
import { LeaseLostError } from './errors.js'
import { derivedKey } from './key.js'
import { json } from './outcome-text.js'
import { stepsOf } from './steps.js'

function run(points: Readonly<Record<string, string>> = {}) {
  const noted: [string, string][] = []
  const complaints: [string, string][] = []
  const controller = new AbortController()
  const step = stepsOf({
    scope: 'scope',
    key: 'order-1',
    codec: json,
    largestResult: 100,
    points,
    signal: () => controller.signal,
    note: async (name, result) => void noted.push([name, result]),
    notKept: (name, why) => void complaints.push([name, why]),
  })
  return { step, noted, complaints, controller }
}

test('its result is given, and recorded before it is', async () => {
  const { step, noted } = run()
  expect(await step('charge', ({ key }) => ({ key }))).toEqual({ key: derivedKey('scope', 'charge', 'order-1') })
  expect(noted).toEqual([['charge', `v{"key":"${derivedKey('scope', 'charge', 'order-1')}"}`]])
})

test('one that is finished is not done', async () => {
  const { step, noted } = run({ charge: 'v{"id":1}', nothing: 'u' })
  const call = scripted()
  expect([await step('charge', call.handler), await step('nothing', call.handler)]).toEqual([{ id: 1 }, undefined])
  expect([call.runs, noted]).toEqual([0, []])
})

test('names that objects have by themselves are not finished', async () => {
  const { step, noted } = run()
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) await step(name, () => 1)
  expect(noted.map(([name]) => name)).toEqual(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
})

test('a result that cannot be kept is given, and done again by the next run', async () => {
  const { step, noted, complaints } = run()
  const at = new Date(0)
  expect(await step('date', () => at)).toBe(at)
  expect(await step('large', () => 'x'.repeat(100))).toHaveLength(100)
  expect(noted).toEqual([])
  // Silent, it would show only when a payment is repeated.
  expect(complaints).toEqual([
    ['date', 'the result is a Date'],
    ['large', 'it is longer than 100 bytes'],
  ])
})

test('a name is of one step: while it runs and when it has finished, not when it failed', async () => {
  const { step } = run()
  const call = scripted<string>()
  const first = watched(step('charge', call.handler))
  await expect(step('charge', () => 'other')).rejects.toThrow('a name that no other step of this run has')
  call.fail(new Error('reset'))
  await expect.poll(() => first.ended).toBe('badly')
  expect(await step('charge', () => 'again')).toBe('again')
  await expect(step('charge', () => 'other')).rejects.toThrow('a name that no other step of this run has')
})

test('none begins when the key is gone', async () => {
  const { step, controller } = run()
  const lost = new LeaseLostError({ operation: 'o', key: 'k' }, 'gone')
  controller.abort(lost)
  const call = scripted()
  await expect(step('charge', call.handler)).rejects.toBe(lost)
  expect(call.runs).toBe(0)
})
