/**
 * Faults over HTTP of express-idempotency 1.0.6, @node-idempotency/core 1.0.11 and idempot-js (git, August 2026), and
 * that Truce does not have them. Those of their stores and engines stand in the files beside this one; `killed.test.ts`
 * of `test/server` ends processes between effect, record and answer.
 */
import { expect, test } from 'vitest'
import { watched } from '../../peers/inventory.js'
import { DERIVED, keyedOn, ONCE, problemOf } from '../../server/keyed-scene.js'

/** A handler that counts its runs. */
function counted(answer: (run: number) => Response = (run) => Response.json({ run }, { status: 201 })) {
  let runs = 0
  return { handler: () => answer(++runs), runs: () => runs }
}

// All three take the field as it stands: the quotes are part of the key, and who upgrades a client pays twice.
test('express-idempotency, node-idempotency, idempot-js: a quoted key is another one than the same key bare', async () => {
  const { ask } = keyedOn(DERIVED)
  const { handler, runs } = counted()
  for (const key of ['order-1', '"order-1"']) expect((await ask(handler, { key })).status).toBe(201)
  expect(runs()).toBe(1)
})

// idempot-js: a key of fewer than 21 characters is refused, and a comma within quotes.
test('idempot-js: a short key, or one with a comma, is none', async () => {
  const { ask } = keyedOn(DERIVED)
  const { handler, runs } = counted()
  for (const key of ['7', '"order,7"']) expect((await ask(handler, { key })).status).toBe(201)
  expect(runs()).toBe(2)
})

// express-idempotency: the replay is sent, and then next() is called: the handler runs again unless it checks isHit.
test('express-idempotency: the handler runs after its replay was sent', async () => {
  const { ask } = keyedOn(DERIVED)
  const { handler, runs } = counted()
  for (const replayed of [null, 'true', 'true']) {
    expect((await ask(handler)).headers.get('idempotent-replayed')).toBe(replayed)
  }
  expect(runs()).toBe(1)
})

// express-idempotency #35: whether it is a hit is read from a request header, x-hit, which a caller can send.
test('express-idempotency #35: a caller can say itself that it is a replay', async () => {
  const { ask } = keyedOn(DERIVED)
  const { handler, runs } = counted()
  const got = await ask(handler, { headers: { 'x-hit': 'true', 'idempotent-replayed': 'true' } })
  expect([got.status, got.headers.get('idempotent-replayed'), runs()]).toEqual([201, null, 1])
})

// express-idempotency #33: an error in async code leaves the request hanging.
test('express-idempotency #33: an error of the handler, or of the store, hangs the request', async () => {
  const { ask, faults } = keyedOn(DERIVED)
  await expect(ask(() => Promise.reject(new Error('broke')))).rejects.toThrow('broke')
  faults.always('all', 'hang')
  expect((await ask(counted().handler, { key: 'order-2' })).status).toBe(503)
})

// express-idempotency: 417 where another body comes; idempot-js refuses the same body under another key.
test('express-idempotency, idempot-js: which of two orders is refused', async () => {
  const { ask } = keyedOn(DERIVED)
  const { handler, runs } = counted()
  await ask(handler)
  expect(await problemOf(await ask(handler, { body: '{"sku":"coffee"}' }))).toMatchObject({
    status: 422,
    type: 'key-conflict',
  })
  expect((await ask(handler, { key: 'order-2' })).status).toBe(201)
  expect(runs()).toBe(2)
})

// idempot-js: all headers are stored and sent again: who repeats a request gets the session of who sent it first.
test('idempot-js: a replay has the Set-Cookie and the Date of the first answer', async () => {
  const { ask } = keyedOn(DERIVED)
  const headers = { 'set-cookie': 'session=first', date: 'Mon, 03 Aug 2026 10:00:00 GMT', etag: '"1"' }
  const { handler } = counted(() => new Response('done', { headers }))
  const [first, second] = [await ask(handler), await ask(handler)]
  expect(first.headers.get('set-cookie')).toBe('session=first')
  expect(['set-cookie', 'date', 'etag'].map((name) => second.headers.get(name))).toEqual([null, null, '"1"'])
})

// idempot-js: only res.send is captured: what is streamed, or ended by hand, is replayed empty.
test('idempot-js: an answer that is written in pieces is replayed empty', async () => {
  const { ask } = keyedOn(DERIVED)
  const pieces = () => new Response(new Blob(['one, ', 'two, ', 'three']).stream())
  const { handler, runs } = counted(pieces)
  expect([await (await ask(handler)).text(), await (await ask(handler)).text()]).toEqual(
    Array(2).fill('one, two, three'),
  )
  expect(runs()).toBe(1)
})

// idempot-js: it completes on 'finish', when the caller has its answer.
test('idempot-js: a caller has its answer before it is recorded', async () => {
  const { time, send, faults } = keyedOn(DERIVED)
  faults.always('complete', { late: 500 })
  const got = watched(send(counted().handler))
  await time.advance(499)
  expect(got.ended).toBe('no')
  await time.advance(1)
  expect(got.value?.status).toBe(201)
})

// idempot-js: every status is stored, a 503 too: who comes back as it was told to gets it for a day.
test('idempot-js: a 503 is replayed for a day', async () => {
  const { ask } = keyedOn(DERIVED)
  const { handler } = counted((run) => new Response(null, { status: run === 1 ? 503 : 201 }))
  expect([(await ask(handler)).status, (await ask(handler)).status]).toEqual([503, 201])
})

// node-idempotency: what ended without an answer stays in progress for the whole time to live.
test('node-idempotency: a handler that never answers blocks its key for a day', async () => {
  const { time, send, ask } = keyedOn({ ...ONCE, timeout: '60s' }, {}, { lease: '30s' })
  void send(() => new Promise(() => undefined))
  await time.advance(91_000)
  expect(await problemOf(await ask(counted().handler))).toMatchObject({ status: 409, type: 'outcome-unknown' })
})
