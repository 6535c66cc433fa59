import { describe, expect, test } from 'vitest'
import { DERIVED, keyedOn, ONCE, problemOf } from '../../../test/server/keyed-scene.js'
import { watched } from '../../../test/peers/inventory.js'
import { notApplied } from '../../idempotency/index.js'
import type { RequestContext } from '../request-context.js'
import { WebIncoming } from '../web.js'

const done = () => Response.json({ done: true }, { status: 201 })

/** A handler that answers when the test says so. */
function held() {
  let answer: (response: Response) => void = () => undefined
  let context: RequestContext | undefined
  const handler = (_request: Request, given: RequestContext) => {
    context = given
    return new Promise<Response>((resolve) => (answer = resolve))
  }
  return { handler, answer: (response: Response) => answer(response), context: () => context as RequestContext }
}

test('the answer is sent when it is recorded, not before', async () => {
  const { time, send, faults } = keyedOn(DERIVED)
  faults.always('complete', { late: 500 })
  const got = watched(send(done))
  await time.advance(499)
  expect(got.ended).toBe('no')
  await time.advance(1)
  expect(got.value?.status).toBe(201)
})

test('a handler that never answers keeps nobody for ever; should it answer, that is recorded', async () => {
  const { time, send, ask } = keyedOn({ ...ONCE, timeout: '10s' })
  const work = held()
  const got = watched(send(work.handler))
  await time.advance(10_000)
  expect([got.ended, work.context().work?.signal.aborted]).toEqual(['no', true])
  await time.advance(60_000)
  expect(await problemOf(got.value as Response)).toMatchObject({ status: 409, type: 'outcome-unknown' })
  work.answer(done())
  await time.advance(1_000)
  const again = await ask(() => expect.fail('ran'))
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
})

describe('the store', () => {
  test('cannot be asked: 503 with a time, nothing runs, and a peer is told that nothing was done', async () => {
    const { ask, faults, errors } = keyedOn(DERIVED)
    faults.always('all', 'fail')
    const got = await ask(() => expect.fail('ran'), { headers: { 'retry-context': 'call="c", attempt=1' } })
    expect(await problemOf(got)).toMatchObject({ status: 503, type: 'store-unavailable', retryIn: 1_000 })
    expect([got.headers.get('retry-after'), got.headers.get('retry-pushback')]).toEqual(['1', 'after=1000, applied=?0'])
    expect(errors).toMatchObject([{ code: 'TRUCE_STORE_UNAVAILABLE' }])
  })

  test('cannot be asked, and the operation may run without it', async () => {
    const { ask, faults } = keyedOn({ ...DERIVED, outage: 'open' })
    const derived: string[] = []
    const handler = (_request: Request, context: RequestContext) => {
      derived.push(context.derive('line_1'))
      return new Response(null, { status: 500 })
    }
    await ask(handler)
    faults.always('all', 'fail')
    const got = await ask(handler)
    expect([got.status, got.headers.get('idempotent-replayed')]).toEqual([500, null])
    expect(derived[1]).toBe(derived[0]) // what it calls knows the key all the same
  })

  test('fails once it ran: the caller is told that nobody knows', async () => {
    const { ask, faults, errors } = keyedOn(ONCE)
    faults.always('complete', 'fail')
    const got = await ask(done)
    expect(await problemOf(got)).toMatchObject({ status: 409, type: 'outcome-unknown' })
    expect(got.headers.get('retry-after')).toBeNull()
    expect(errors).toEqual([])
  })
})

describe('a handler', () => {
  test('that never answers: its repeat runs, or is told that nobody knows', async () => {
    for (const [rules, status] of [
      [DERIVED, 201],
      [ONCE, 409],
    ] as const) {
      const { time, send, ask } = keyedOn({ ...rules, timeout: '60s' }, {}, { lease: '30s' })
      void send(held().handler)
      await time.advance(91_000)
      expect((await ask(done)).status).toBe(status)
    }
  })

  test('that was overtaken is answered as the run that won', async () => {
    const { time, send, ask, leap } = keyedOn(DERIVED, {}, { lease: '30s' })
    const slow = held()
    const first = watched(send(slow.handler))
    await time.settle()
    leap(31_000)
    const second = await ask(() => Response.json({ by: 2 }))
    slow.answer(Response.json({ by: 1 }))
    await time.runAll()
    expect(first.value?.headers.get('idempotent-replayed')).toBe('true')
    expect([await first.value?.json(), await second.json()]).toEqual([{ by: 2 }, { by: 2 }])
  })

  test('that was overtaken and streams more than is held: what it sends never ends well', async () => {
    const { time, send, ask, leap } = keyedOn(DERIVED, {}, { lease: '30s', largestResult: 1_000 })
    const slow = held()
    const first = watched(send(slow.handler))
    await time.settle()
    leap(31_000)
    expect((await ask(done)).status).toBe(201)
    slow.answer(new Response('x'.repeat(5_000)))
    await time.settle()
    const text = watched(first.value?.text() ?? Promise.resolve(''))
    await time.runAll()
    expect(text).toMatchObject({
      ended: 'badly',
      error: new Error('the answer was overtaken: it is not what was recorded'),
    })
  })

  test('that throws: the framework answers it, unless it is a refusal of Truce', async () => {
    const { ask } = keyedOn(DERIVED)
    const fault = new Error('the shop broke')
    await expect(ask(() => Promise.reject(fault))).rejects.toBe(fault)
    const thrower = () => {
      throw fault
    }
    await expect(ask(thrower)).rejects.toBe(fault)
    const refused = Object.assign(new Error('unprocessable'), { status: 422, response: { status: 422, headers: {} } })
    await expect(ask(() => Promise.reject(refused), { key: 'b' })).rejects.toBe(refused)
  })

  test('that threw an answer for good is refused the same way again, with its status', async () => {
    const { ask } = keyedOn(DERIVED, {}, { classifiers: [(_error, threw) => (threw ? 'not-found' : undefined)] })
    const gone = Object.assign(new Error('no such sku'), { status: 404 })
    await expect(ask(() => Promise.reject(gone))).rejects.toBe(gone)
    expect(await problemOf(await ask(done))).toMatchObject({ status: 404, type: 'failed-before' })
  })

  test('says that it did nothing, of the error that it throws or of its request', async () => {
    const { ask } = keyedOn(ONCE)
    const closed = new Error('closed')
    await expect(ask(() => Promise.reject(notApplied(closed)))).rejects.toBe(closed)
    await expect(
      ask((_request, context) => {
        notApplied(context)
        throw closed
      }),
    ).rejects.toBe(closed)
    expect((await ask(done)).status).toBe(201)
  })

  test('has its own keys for the calls it makes: the same for every repeat, as old as the one that came', async () => {
    const { ask } = keyedOn({ ...DERIVED, age: 'none' })
    const key = '01890a5d-ac96-774b-bcce-b302099a8057'
    const derived: string[] = []
    for (const by of [key, `"${key}"`]) {
      await ask(
        (_request, context) => {
          derived.push(context.derive('line_1'), context.derive('line_2'))
          return new Response(null, { status: 500 })
        },
        { key: by },
      )
    }
    expect(derived.slice(0, 2)).toEqual(derived.slice(2))
    expect(new Set(derived).size).toBe(2)
    for (const each of derived) expect(each).toMatch(/^01890a5d-ac96-7/)
  })

  test('that works in steps finds them done in the repeat', async () => {
    const { ask, keyed } = keyedOn(DERIVED)
    let charges = 0
    const handler = (fails: boolean) => async (_request: Request, context: RequestContext) => {
      const charge = await keyed.workOf(context, 'derived-key').step('charge', () => ++charges)
      return Response.json({ charge }, { status: fails ? 500 : 201 })
    }
    expect((await ask(handler(true))).status).toBe(500)
    expect(await (await ask(handler(false))).json()).toEqual({ charge: 1 })
  })
})

describe('a peer', () => {
  const told = { headers: { 'retry-context': 'call="c", attempt=2, key-age=90000000' } }

  test('says how old its key is, also where the key does not', async () => {
    const { ask } = keyedOn(DERIVED)
    expect(await problemOf(await ask(done, told))).toMatchObject({ status: 410, type: 'key-expired' })
  })

  test('is not asked where the age is of something else', async () => {
    const { ask } = keyedOn({ ...DERIVED, age: 'none' })
    expect((await ask(done, told)).status).toBe(201)
  })

  test('is told exactly when to come back to what is running', async () => {
    const { time, send, ask } = keyedOn(DERIVED)
    void send(held().handler)
    await time.settle()
    const got = await ask(done, { headers: { 'retry-context': 'call="c", attempt=2' } })
    expect([got.headers.get('retry-after'), got.headers.get('retry-pushback')]).toEqual(['1', 'after=1000'])
  })

  test('is told not to come back where nobody knows', async () => {
    const { ask } = keyedOn(ONCE)
    await ask(() => new Response(null, { status: 500 }))
    const got = await ask(done, { headers: { 'retry-context': 'call="c", attempt=2' } })
    expect(got.headers.get('retry-pushback')).toBe('retry=?0')
  })
})

describe('in the dark', () => {
  const dark = () => new Response(null, { status: 500 })

  test('a hook that finds it done answers for it', async () => {
    const reconcile = () => ({ applied: true, response: Response.json({ found: 1 }, { status: 201 }) }) as const
    const { ask } = keyedOn({ ...ONCE, reconcile })
    await ask(dark)
    const got = await ask(() => expect.fail('ran'))
    expect([got.status, await got.json(), got.headers.get('idempotent-replayed')]).toEqual([201, { found: 1 }, 'true'])
    expect((await ask(() => expect.fail('ran'))).status).toBe(201)
  })

  test('a hook that finds nothing lets it run; one that cannot tell does not', async () => {
    const found: ({ readonly applied: false } | 'unknown')[] = ['unknown', { applied: false }]
    const { ask } = keyedOn({ ...ONCE, reconcile: () => found.shift() ?? expect.fail('asked again') })
    await ask(dark)
    expect((await ask(done)).status).toBe(409)
    expect((await ask(done)).status).toBe(201)
  })
})

test('a recall hook that fails is 500, and said to the log', async () => {
  const broken = new Error('recall broke')
  const { ask, errors } = keyedOn({ ...DERIVED, recall: () => Promise.reject(broken) }, {}, { largestResult: 1_000 })
  const long = await ask(() => new Response('x'.repeat(5_000)))
  expect((await long.text()).length).toBe(5_000)
  expect((await ask(done)).status).toBe(500)
  expect(errors).toEqual([broken])
})

test('a log that throws keeps nobody from an answer', async () => {
  const { ask, faults } = keyedOn(DERIVED, {
    onError: () => {
      throw new Error('the log broke')
    },
  })
  faults.always('all', 'fail')
  expect((await ask(done)).status).toBe(503)
})

test('a framework that answers twice, or without having begun, is answered', async () => {
  const { time, create, request } = keyedOn(DERIVED)
  const answer = { status: 201, headers: [], body: Buffer.from('one') }
  const run = () => create.receive(new WebIncoming(request())).keyed ?? expect.fail('no run')
  const first = run()
  expect(await time.run(first.begin())).toBeUndefined()
  const [one, two] = await time.run(
    Promise.all([first.end(answer), first.end({ ...answer, body: Buffer.from('two') })]),
  )
  expect([one.body, two.body]).toEqual([answer.body, answer.body])
  expect(await time.run(first.threw(new Error('late')))).toEqual(one)
  expect(await run().end(answer)).toMatchObject({ status: 201, body: answer.body })
  expect(await time.run(run().begin())).toMatchObject({ status: 201, body: answer.body })
})
