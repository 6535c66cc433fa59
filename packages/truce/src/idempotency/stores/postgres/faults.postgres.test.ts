import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { claimOf, isGranted, LONG, lookUntil, newScope } from '../../../../test/idempotency/at-hand.js'
import {
  admin,
  backendOf,
  claim,
  clients,
  count,
  endScene,
  moment,
  opened,
  pool,
  proxy,
  server,
  startScene,
  transact,
  untilItAnswers,
  untilItFails,
} from '../../../../test/idempotency/postgres-scene.js'
import { postgres } from './index.js'

beforeAll(startScene, 60_000)
afterAll(endScene)

describe.each(clients)('%s', (name, open) => {
  test('a key in an open transaction is running at once, for claims, looks and transactions', async () => {
    const db = opened(open())
    const other = opened(open())
    const scope = newScope()
    const [held, go] = [moment(), moment()]
    const first = transact(db, scope, async (_granted, transaction) => {
      await db.run(transaction, `INSERT INTO effects VALUES ('${scope}')`)
      held.come()
      await go.here
      return { outcome: 'done' }
    })
    await held.here

    expect(await other.store.begin(scope, claim())).toMatchObject({ is: 'running' })
    expect(await other.store.look(scope)).toMatchObject({ is: 'running' })
    expect(await transact(other, scope, () => expect.fail('it ran twice'))).toMatchObject({ begun: { is: 'running' } })
    go.come()

    expect(await first).toMatchObject({ end: 'committed' })
    expect(await other.store.begin(scope, claim())).toMatchObject({ is: 'completed', outcome: 'done' })
  })

  test('within a transaction of the caller, all three are committed by the caller', async () => {
    const db = opened(open())
    const other = opened(open())
    const scope = newScope()
    await db.begin(async (transaction) => {
      await db.run(transaction, `INSERT INTO effects VALUES ('${scope}')`)
      const run = await db.store.transact?.(
        scope,
        claim(),
        async (_granted, given) => {
          expect(given).toBe(transaction)
          await db.run(given, `INSERT INTO effects VALUES ('${scope}')`)
          return { outcome: 'done' }
        },
        transaction,
      )
      expect(run).toMatchObject({ end: 'committed' })
      expect(await other.store.begin(scope, claim())).toMatchObject({ is: 'running' })
      expect(await count(scope)).toBe(0)
    })
    expect(await count(scope)).toBe(2)
    expect(await other.store.look(scope)).toMatchObject({ is: 'completed', outcome: 'done' })
  })

  test('within a transaction of the caller, a roll-back undoes the work and leaves the rest usable', async () => {
    const db = opened(open())
    const scope = newScope()
    await db.begin(async (transaction) => {
      const run = await db.store.transact?.(
        scope,
        claim(),
        async (_granted, given) => {
          await db.run(given, `INSERT INTO effects VALUES ('${scope}')`)
          return { outcome: undefined }
        },
        transaction,
      )
      expect(run).toMatchObject({ end: 'rolled-back' })
      await db.run(transaction, `INSERT INTO effects VALUES ('${scope}')`)
    })
    expect(await count(scope)).toBe(1)
    expect(await db.store.look(scope)).toEqual({ is: 'absent' })
  })

  test('a backend that is killed in the midst of the work frees the key and commits nothing', async () => {
    const db = opened(open())
    const scope = newScope()
    const run = await transact(db, scope, async (_granted, transaction) => {
      await db.run(transaction, `INSERT INTO effects VALUES ('${scope}')`)
      const pid = await backendOf(db, transaction)
      await admin.query('SELECT pg_terminate_backend($1, 10000)', [pid])
      return { outcome: 'done' }
    })

    expect(run).toMatchObject({ end: expect.stringMatching(/^(refused|unknown)$/), error: expect.any(Error) })
    expect(await count(scope)).toBe(0)
    expect(await db.store.look(scope)).toEqual({ is: 'absent' })
    expect(await transact(db, scope, async () => ({ outcome: 'done' }))).toMatchObject({ end: 'committed' })
  })

  test('a worker that stalls in a transaction loses its key with its lease', async () => {
    const db = opened(open())
    const other = opened(open())
    const scope = newScope()
    const run = await transact(
      db,
      scope,
      async (_granted, transaction) => {
        await db.run(transaction, `INSERT INTO effects VALUES ('${scope}')`)
        await lookUntil(other.store, scope, ({ is }) => is === 'absent')
        return { outcome: 'too late' }
      },
      { lease: 50 },
    )
    // Whether the client has heard of its loss when it commits is chance.
    expect(run).toMatchObject({ end: expect.stringMatching(/^(refused|unknown)$/) })
    expect(await db.store.look(scope)).toEqual({ is: 'absent' })
    expect(await count(scope)).toBe(0)
  })

  test('work that goes on with a lost transaction is told so by each statement', async () => {
    const db = opened(open())
    const run = transact(db, newScope(), async (_granted, transaction) => {
      await admin.query('SELECT pg_terminate_backend($1, 10000)', [await backendOf(db, transaction)])
      await expect(untilItFails(() => db.run(transaction, 'SELECT 1'))).resolves.toBeInstanceOf(Error)
      await expect(db.run(transaction, 'SELECT 1')).rejects.toBeInstanceOf(Error)
      return { outcome: 'done' }
    })
    expect(await run).toMatchObject({ end: expect.stringMatching(/^(refused|unknown)$/) })
  })

  test('a serialization failure that the work passes over is refused, and its own error is handed on', async () => {
    const db = opened(open())
    const scope = newScope()
    const fails = (transaction: unknown) =>
      db.run(transaction, `DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = 'serialization_failure'; END $$`)

    const thrown = transact(db, scope, async (_granted, transaction) => {
      await fails(transaction)
      return { outcome: 'done' }
    })
    await expect(thrown).rejects.toMatchObject({ code: '40001' })
    const passed = await transact(db, scope, async (_granted, transaction) => {
      await fails(transaction).catch(() => undefined)
      return { outcome: 'done' }
    })
    expect(passed).toMatchObject({ end: 'refused' })
    expect(await db.store.look(scope)).toEqual({ is: 'absent' })
  })

  test('a commit that the server refuses is refused, not unknown', async () => {
    const db = opened(open())
    const scope = newScope()
    const run = await transact(db, scope, async (_granted, transaction) => {
      await db.run(transaction, 'CREATE TEMP TABLE once (id int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP')
      await db.run(transaction, 'INSERT INTO once VALUES (1), (1)')
      return { outcome: 'done' }
    })
    expect(run).toMatchObject({ end: 'refused', error: { code: '23505' } })
    expect(await db.store.look(scope)).toEqual({ is: 'absent' })
  })

  test.each([
    ['before', 'absent', 0],
    ['between', 'absent', 0],
    ['after', 'completed', 1],
  ] as const)('a connection cut %s result and COMMIT is unknown, and a look finds it %s', async (when, is, effects) => {
    const { url, arm } = await proxy(when)
    const db = opened(open(url))
    const other = opened(open())
    const scope = newScope()
    const run = await transact(db, scope, async (_granted, transaction) => {
      await db.run(transaction, `INSERT INTO effects VALUES ('${scope}')`)
      arm()
      return { outcome: 'done' }
    })
    expect(run).toMatchObject({ end: 'unknown', error: expect.any(Error) })
    await lookUntil(other.store, scope, (found) => found.is !== 'running')
    expect(await other.store.look(scope)).toMatchObject({ is })
    expect(await count(scope)).toBe(effects)
    expect((await db.store.begin(newScope(), claim())).is).toBe('granted')
  })

  test.each([
    ['commits and throws', 'COMMIT', true],
    ['commits and returns', 'COMMIT', false],
    ['commits, begins anew and throws', 'COMMIT; BEGIN', true],
    ['commits, begins anew and returns', 'COMMIT; BEGIN', false],
  ])('work that %s has escaped: its key is unknown, and never run again by itself', async (_name, sql, throws) => {
    const db = opened(open())
    const scope = newScope()
    const run = await transact(db, scope, async (_granted, transaction) => {
      await db.run(transaction, `INSERT INTO effects VALUES ('${scope}')`)
      await db.run(transaction, sql)
      if (throws) throw new Error('out of stock')
      return { outcome: 'done' }
    })
    expect(run).toMatchObject({
      end: 'escaped',
      error: { message: expect.stringContaining('Leave BEGIN, COMMIT and ROLLBACK to the store') },
    })
    expect(await count(scope)).toBe(1)
    expect(await db.store.look(scope)).toMatchObject({ is: 'unknown' })
    expect(await transact(db, scope, () => expect.fail('it ran again'))).toMatchObject({ begun: { is: 'unknown' } })
    expect(await transact(db, newScope(), async () => ({ outcome: 'done' }))).toMatchObject({ end: 'committed' })
  })

  test.each([
    ['rolls back, writes and throws', 'ROLLBACK', 'throws', 1],
    ['rolls back, writes and asks for a roll-back', 'ROLLBACK', undefined, 1],
    ['rolls back, writes and returns', 'ROLLBACK', 'done', 1],
    ['rolls back, begins anew, writes and returns', 'ROLLBACK; BEGIN', 'done', 0],
  ])('work that %s has escaped too: who repeats it would write twice', async (_name, sql, end, there) => {
    const db = opened(open())
    const scope = newScope()
    const run = await transact(db, scope, async (_granted, transaction) => {
      await db.run(transaction, sql)
      await db.run(transaction, `INSERT INTO effects VALUES ('${scope}')`)
      if (end === 'throws') throw new Error('out of stock')
      return { outcome: end }
    })
    expect(run).toMatchObject({ end: 'escaped', error: { message: expect.stringContaining('some of what it wrote') } })
    expect(await count(scope)).toBe(there)
    expect(await db.store.look(scope)).toMatchObject({ is: 'unknown' })
    expect(await transact(db, scope, () => expect.fail('it ran again'))).toMatchObject({ begun: { is: 'unknown' } })
    expect(await transact(db, newScope(), async () => ({ outcome: 'done' }))).toMatchObject({ end: 'committed' })
  })

  test('work of which a statement failed has not: it is rolled back, and its key free', async () => {
    const db = opened(open())
    const scope = newScope()
    const run = transact(db, scope, async (_granted, transaction) => {
      await db.run(transaction, `INSERT INTO effects VALUES ('${scope}')`)
      await db.run(transaction, 'SELECT 1 / 0')
      return { outcome: 'done' }
    })
    await expect(run).rejects.toThrow('division by zero')
    expect(await count(scope)).toBe(0)
    expect(await db.store.look(scope)).toEqual({ is: 'absent' })
  })

  test('a repeat is one round trip, through a transaction too', async () => {
    const { url, sent } = await proxy('never')
    const db = opened(open(url, 1))
    const scope = newScope()
    const work = async () => ({ outcome: 'done' })
    // The first repeat finds out that repeats come, the second has its statement prepared.
    for (let each = 0; each < 3; each++) await transact(db, scope, work)
    const before = sent()
    expect(await transact(db, scope, work)).toMatchObject({ begun: { is: 'completed' } })
    expect(sent() - before).toBe(1)
  })

  test('a new key is three: with the claim it begins, with the result it commits', async () => {
    const { url, sent } = await proxy('never')
    const db = opened(open(url, 1))
    const work = async (_: unknown, transaction: unknown) => {
      await db.run(transaction, 'SELECT 1')
      return { outcome: 'done' }
    }
    for (let each = 0; each < 20; each++) await transact(db, newScope(), work)
    const before = sent()
    expect(await transact(db, newScope(), work)).toMatchObject({ end: 'committed' })
    // postgres.js sends its BEGIN by itself.
    expect(sent() - before).toBe(name === 'pg' ? 3 : 4)
  })

  test('a paused server and a restarted one lose nothing, and the store goes on', async () => {
    const db = opened(open())
    const scope = newScope()
    const { fence } = isGranted(await db.store.begin(scope, claimOf()))

    await server.pause()
    const paused = db.store.complete(scope, { fence, outcome: 'done', ttl: LONG })
    await server.resume()
    expect(await paused).toEqual({ is: 'kept' })

    await server.restart()
    const found = await untilItAnswers(() => db.store.begin(scope, claimOf()))
    expect(found).toMatchObject({ is: 'completed', outcome: 'done' })
  })

  test('two workers whose clocks differ agree', async () => {
    const [db, other] = [opened(open()), opened(open())]
    const scope = newScope()
    const real = Date.now
    onTestFinished(() => void (Date.now = real))
    const { fence } = isGranted(await db.store.begin(scope, claimOf()))
    Date.now = () => real() + 24 * LONG
    expect(await other.store.begin(scope, claimOf())).toMatchObject({ is: 'running', fence })
    expect(await other.store.complete(scope, { fence, outcome: 'done', ttl: LONG })).toEqual({ is: 'kept' })
    Date.now = () => real() - 24 * LONG
    expect(await db.store.begin(scope, claimOf())).toMatchObject({ is: 'completed' })
  })
})

test('within: a client without a transaction is refused with what to do', async () => {
  const made = pool()
  onTestFinished(() => made.end())
  const client = await made.connect()
  onTestFinished(() => client.release())
  const run = postgres(made).transact?.(newScope(), claim(), () => expect.fail('it ran'), client)
  await expect(run).rejects.toThrow(/BEGIN before, COMMIT after/)
})

test.each([
  ['as it is', {}],
  ['that sends all at once by itself', { pipeline: true }],
])('a statement that could not be prepared is prepared later: a client of pg %s', async (_name, options) => {
  const made = new pg.Pool({ connectionString: server.url, max: 1, ...options })
  onTestFinished(() => made.end())
  const store = postgres(made, { table: `later_${'pipeline' in options}` })
  await expect(store.transact?.(newScope(), claim(), async () => ({ outcome: 'done' }))).rejects.toMatchObject({
    code: '42P01',
  })
  await store.migrate()
  for (let each = 0; each < 20; each++) {
    const run = await store.transact?.(newScope(), claim(), async () => ({ outcome: 'done' }))
    expect(run).toMatchObject({ end: 'committed' })
  }
  const { fence } = isGranted(await store.begin('one', claimOf()))
  expect(await store.complete('one', { fence, outcome: 'done', ttl: LONG })).toEqual({ is: 'kept' })
})

test('every client goes back to the pool, or out of it', async () => {
  const made = pool(server.url, 2)
  onTestFinished(() => made.end())
  const store = postgres(made)
  for (let round = 0; round < 5; round++) {
    const scope = newScope()
    await store.transact?.(scope, claim(), async () => ({ outcome: 'done' }))
    await store.transact?.(scope, claim(), async () => ({ outcome: 'again' }))
    await store.transact?.(newScope(), claim(), async () => ({ outcome: undefined }))
    await store.transact?.(newScope(), claim(), () => Promise.reject(new Error('failed'))).catch(() => undefined)
    const killed = store.transact?.(newScope(), claim(), async (_granted, client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await admin.query('SELECT pg_terminate_backend($1, 10000)', [rows[0]?.pid])
      return { outcome: 'done' }
    })
    expect(await killed).toMatchObject({ end: expect.stringMatching(/^(refused|unknown)$/) })
  }
  // Of what was not granted, the roll-back is not waited for.
  await vi.waitFor(() => expect([made.waitingCount, made.totalCount - made.idleCount]).toEqual([0, 0]))
})
