/** What a request goes through that has to wait for its turn, by a door that does as it is told. */
import { expect, onTestFinished, test } from 'vitest'
import { peer } from '../peer/index.js'
import { events } from '../telemetry/events.js'
import type { AttemptRecord } from '../telemetry/record.js'
import { virtualTime } from '../testing/index.js'
import type { AdmissionFeature, AdmittedOperation, Arriving, Place } from './admission-port.js'
import type { KeyedOperation } from './feature.js'
import type { Incoming } from './incoming.js'
import type { Refused } from './refusals.js'
import { service } from './service.js'
import type { Peers, ServiceOptions } from './settings.js'

const BUSY: Refused = {
  reason: 'overloaded',
  answer: { status: 503, headers: [], body: undefined },
  pushback: { applied: false, slot: 340 },
}

let services = 0

/** A door whose places are what `next` gives. */
function scene(
  next: (deadline: number) => Place | Refused,
  options: ServiceOptions<'keys'> = {},
  served: object = {},
  headers: Readonly<Record<string, string>> = {},
) {
  const time = virtualTime()
  const came: { of: AdmittedOperation; who: Arriving; deadline: number }[] = []
  const admission: AdmissionFeature = {
    operation: (of) => ({
      enter(who, deadline) {
        came.push({ of, who, deadline })
        return next(deadline)
      },
      load: { header: (more) => ['retry-pushback', peer.writePushback({ ...more, load: 0.5 })] },
    }),
  }
  const name = `turns-${++services}`
  const operation = service(name, { clock: time.clock, peer, peers: 'all', admission, ...options }).operation(
    'reserve',
    { effect: 'write', ...served } as never,
  )
  const records: AttemptRecord[] = []
  onTestFinished(events.on('attempt', (record) => record.service === name && records.push(record)))
  const incoming: Incoming = {
    method: 'POST',
    url: '/',
    header: (wanted) => headers[wanted],
    payload: () => null,
    raw: undefined,
  }
  return { operation, came, records, time, counters: operation.counters, receive: () => operation.receive(incoming) }
}

/** A place that waits until it is told, and notes what becomes of it. */
function place(waits = true) {
  const told: string[] = []
  let tell = (_refused?: Refused): void => {}
  const made: Place = {
    turn: waits ? new Promise((resolve) => (tell = resolve)) : undefined,
    waited: waits ? 20 : 0,
    left: (now) => void told.push(`left ${now}`),
    ended: (whole, now) => void told.push(`ended ${whole} ${now}`),
  }
  return { made, told, tell: (refused?: Refused) => tell(refused) }
}

test('let in at once there is no promise, and the end of the work is told', async () => {
  const { made, told } = place(false)
  const { receive, time } = scene(() => made)
  const visit = receive()
  expect([visit.turn, visit.refusal]).toEqual([undefined, undefined])
  await time.advance(30)
  visit.ended(200)
  visit.ended(200)
  expect(told).toEqual(['ended true 30'])
})

test.each([
  [404, false],
  [500, false],
  [303, true],
])('of %d the time says how long such work takes: %s', (status, whole) => {
  const { made, told } = place(false)
  scene(() => made)
    .receive()
    .ended(status)
  expect(told).toEqual([`ended ${whole} 0`])
})

test('refused, nothing of the request is counted as under way', () => {
  const { receive, counters, records } = scene(() => BUSY)
  const visit = receive()
  expect([visit.turn, visit.refusal]).toEqual([undefined, BUSY])
  expect(visit.headers(503)).toEqual([['retry-pushback', 'slot=340, applied=?0, load=0.5']])
  visit.ended(503)
  expect(counters).toMatchObject({ inFlight: 0, refused: { overloaded: 1 } })
  expect(records).toMatchObject([{ outcome: 'refused', certainty: 'not-applied', ms: 0 }])
})

test('its turn comes, or a refusal that counts like one at once', async () => {
  for (const refusal of [undefined, BUSY]) {
    const { made, tell } = place()
    const { receive } = scene(() => made)
    const visit = receive()
    tell(refusal)
    expect(await visit.turn).toBe(refusal)
    expect(visit.refusal).toBe(refusal)
  }
})

test('a caller that leaves while it waits is told to the door, once', () => {
  const { made, told } = place()
  const { receive, counters } = scene(() => made)
  const visit = receive()
  visit.left()
  visit.left()
  expect([told, counters.inFlight]).toEqual([['left 0'], 0])
})

test('the door sees who calls, which attempt and until when; of strangers nothing', () => {
  const field = { 'retry-context': 'attempt=2, deadline=900, urgency=background, caller="a"' }
  for (const [peers, served, who, deadline] of [
    ['all', {}, { caller: 'a', attempt: 2, urgency: 'background' }, 900],
    ['all', { deadline: 500, least: 50 }, { attempt: 2 }, 450],
    [() => undefined, {}, { caller: undefined, attempt: 1, urgency: 'interactive' }, Infinity],
    [() => undefined, { urgency: 'background' }, { urgency: 'background' }, Infinity],
  ] as [Peers | 'all', object, object, number][]) {
    const { receive, came } = scene(() => place(false).made, { peers }, served, field)
    receive()
    expect(came).toMatchObject([{ who, deadline }])
  }
})

test('an operation says what it admits, or passes the door by', () => {
  const { came, receive } = scene(() => place(false).made, {}, { urgency: 'background', retries: { share: '10%' } })
  receive()
  expect(came[0]?.of).toMatchObject({ background: true, retriesShare: 0.1 })
  const passing = scene(() => BUSY, {}, { admission: 'none' })
  expect(passing.receive().refusal).toBeUndefined()
})

test('what comes too late, or with a wrong key, never comes to the door', () => {
  const late = scene(() => BUSY, {}, {}, { 'retry-context': 'deadline=0' })
  expect(late.receive().refusal?.reason).toBe('deadline')
  const refusing: KeyedOperation = { receive: () => ({ status: 400, headers: [], body: undefined }) }
  const wrong = scene(() => BUSY, { idempotency: { operation: () => refusing } }, { idempotency: 'keys' })
  expect(wrong.receive().refusal?.reason).toBe('key')
  expect([late.came, wrong.came]).toEqual([[], []])
})

test('peers hear of the load with every answer, once; strangers never', () => {
  const { receive } = scene(() => place(false).made)
  expect(receive().headers(200)).toEqual([['retry-pushback', 'load=0.5']])
  const greeted = receive()
  expect(greeted.greeting()).toEqual(['retry-pushback', 'load=0.5'])
  expect([greeted.greeting(), greeted.headers(200)]).toEqual([undefined, []])
  greeted.context.spent()
  expect(greeted.headers(503)).toEqual([['retry-pushback', 'reason=exhausted, load=0.5']])
  const stranger = scene(() => place(false).made, { peers: () => undefined }).receive()
  expect([stranger.greeting(), stranger.headers(200), stranger.headers(503)]).toEqual([undefined, [], []])
})

test('what it waited is on its record', async () => {
  const { made, tell } = place()
  const { receive, records, time } = scene(() => made)
  const visit = receive()
  await time.advance(20)
  tell()
  await visit.turn
  await time.advance(30)
  visit.ended(200)
  expect(records).toMatchObject([{ t: 20, waited: 20, queued: 20, ms: 30, outcome: 'ok' }])
})
