import { expect, onTestFinished, test } from 'vitest'
import { peer } from '../peer/index.js'
import { events } from '../telemetry/events.js'
import type { AttemptRecord } from '../telemetry/record.js'
import { virtualTime } from '../testing/index.js'
import type { KeyedRun } from './feature.js'
import { reportServed, type ServedRequest } from './report.js'
import { service } from './service.js'

let services = 0

/** The record of one request. */
function recordOf(field: string, status: number, more: Partial<ServedRequest> = {}, served: object = {}) {
  const time = virtualTime()
  const name = `reports-${++services}`
  const operation = service(name, { peer, peers: 'all', clock: time.clock }).operation('reserve', {
    effect: 'write',
    ...served,
  })
  const headers: Readonly<Record<string, string>> = { 'retry-context': field }
  const visit = operation.receive({
    method: 'POST',
    url: '/',
    header: (wanted) => headers[wanted],
    payload: () => null,
    raw: undefined,
  })
  const records: AttemptRecord[] = []
  onTestFinished(events.on('attempt', (record) => record.service === name && records.push(record)))
  visit.context.key = more.keyed && 'order-1'
  const facts = { of: operation, context: visit.context, refusal: undefined, keyed: undefined, waited: undefined }
  reportServed({ ...facts, ...more }, status, 70)
  expect(records).toHaveLength(1)
  return records[0] as AttemptRecord
}

test.each([
  [200, 'ok', 'applied'],
  [303, 'ok', 'applied'],
  [404, 'not-found', 'unknown'],
  [503, 'unavailable', 'unknown'],
])('%d is told as %s, %s', (status, outcome, certainty) => {
  const record = recordOf('', status)
  expect([record.outcome, record.certainty]).toEqual([outcome, certainty])
})

test('what was refused was not applied, whatever its status', () => {
  expect(recordOf('', 504, { refusal: {} })).toMatchObject({ outcome: 'refused', certainty: 'not-applied' })
})

test('it is of the caller’s call and attempt, and of the server’s side', () => {
  expect(recordOf('call="c1", attempt=1', 200)).toMatchObject({
    side: 'server',
    call: 'c1',
    attempt: 1,
    cause: 'original',
  })
  expect(recordOf('call="c1", attempt=2', 200)).toMatchObject({ call: 'c1', attempt: 2, cause: 'retry' })
})

test('it says how long there was, where there was an end', () => {
  expect(recordOf('deadline=300', 200, {}, { deadline: 700 }).timeout).toBe(300)
  expect(recordOf('', 200).timeout ?? undefined).toBeUndefined()
})

test.each([true, false])('under a key it says whether it was replayed: %s', (replayed) => {
  const keyed = { replayed } as KeyedRun
  expect(recordOf('', 200, { keyed }).replayed).toBe(replayed)
})

test('what waited for its turn has waited, and started when it was let in', () => {
  const { t, waited, queued, ms } = recordOf('', 200, { waited: 20 })
  const { t: came, ...atOnce } = recordOf('', 200, { waited: 0 })
  expect({ waited, queued, ms }).toEqual({ waited: 20, queued: 20, ms: 50 })
  expect(atOnce).toMatchObject({ waited: 0, queued: 0, ms: 70 })
  expect(t - came).toBe(20)
  // Where nobody stands at the door there is no queue to have waited in.
  expect(recordOf('', 200)).toMatchObject({ waited: 0, queued: undefined })
})
