import pgClient from 'pg'
import { describe, expect, it, test } from 'vitest'
import { closedPort, listen, silence } from '../../test/misbehaving/listen.js'
import { type Fate, fakePostgres } from '../../test/misbehaving/postgres.js'
import { verdictOn } from '../../test/misbehaving/verdict.js'
import { pg } from './pg.js'

/** A query over a connection of its own. */
const queryAt =
  (port: number, { toConnect = 5_000, toQuery = 5_000 } = {}) =>
  async (): Promise<unknown> => {
    const client = new pgClient.Client({
      host: '127.0.0.1',
      port,
      user: 'u',
      database: 'd',
      connectionTimeoutMillis: toConnect,
      query_timeout: toQuery,
    })
    client.on('error', () => {})
    try {
      await client.connect()
      return await client.query('COMMIT')
    } finally {
      await client.end().catch(() => {})
    }
  }
const query = async (fate: Fate, when: 'start' | 'query' = 'query', patience = {}) =>
  verdictOn(pg, queryAt(await fakePostgres((sql) => ((sql === '') === (when === 'start') ? fate : 'ok')), patience))

describe('SQLSTATE of a failed statement', () => {
  test.each([
    ['40001', 'conflict not-applied'],
    ['40P01', 'conflict not-applied'],
    ['55P03', 'conflict not-applied'],
    ['40003', 'unavailable unknown'],
    ['08006', 'unavailable unknown'],
    ['08007', 'unavailable unknown'],
    ['57P01', 'unavailable unknown'],
    ['57014', 'timeout unknown'],
    ['53200', 'overloaded unknown'],
    ['25006', 'unavailable not-applied'],
    ['23505', 'rejected not-applied'],
    ['42601', 'invalid not-applied'],
    ['42501', 'unauthorized not-applied'],
    ['22P02', 'invalid not-applied'],
    ['XX000', 'internal unknown'],
    ['P0001', 'rejected unknown'],
  ])('%s is %s', async (sqlstate, expected) => expect(await query({ sqlstate })).toBe(expected))
})

describe('SQLSTATE of a refused connection', () => {
  test.each([
    ['53300', 'overloaded not-applied'],
    ['57P03', 'unavailable not-applied'],
    ['08004', 'unavailable not-applied'],
    ['28P01', 'unauthorized not-applied'],
    ['3D000', 'not-found not-applied'],
    ['08P01', 'unavailable unknown'],
  ])('%s is %s', async (sqlstate, expected) => expect(await query({ sqlstate, ends: true }, 'start')).toBe(expected))
})

describe('no answer', () => {
  test('refused', async () =>
    expect(await verdictOn(pg, queryAt(await closedPort()))).toBe('unavailable not-applied silent'))
  test('never let in', async () =>
    expect(await verdictOn(pg, queryAt(await listen(silence), { toConnect: 30 }))).toBe(
      'unavailable not-applied silent',
    ))
  test('a COMMIT reset', async () => expect(await query('reset')).toBe('unavailable unknown silent'))
  test('a COMMIT cut off', async () => expect(await query('close')).toBe('unavailable unknown silent'))
  test('a COMMIT never answered', async () =>
    expect(await query('silence', 'query', { toQuery: 30 })).toBe('timeout unknown silent'))
  test('a shutdown that says so', async () =>
    expect(await query({ sqlstate: '57P01', ends: true })).toBe('unavailable unknown'))
})

describe('the pool', () => {
  const options = { host: '127.0.0.1', max: 1, connectionTimeoutMillis: 30 }

  it('has no connection free', async () => {
    const pool = new pgClient.Pool({ ...options, port: await fakePostgres(() => 'ok') })
    const held = await pool.connect()
    expect(await verdictOn(pg, () => pool.query('SELECT 1'))).toBe('overloaded not-applied silent')
    held.release()
    await pool.end()
    expect(await verdictOn(pg, () => pool.query('SELECT 1'))).toBe('rejected not-applied silent')
  })

  it('cannot connect in time', async () => {
    const pool = new pgClient.Pool({ ...options, port: await listen(silence) })
    expect(await verdictOn(pg, () => pool.query('SELECT 1'))).toBe('unavailable not-applied silent')
    await pool.end()
  })

  it('is not asked twice on a connection that was lost', async () => {
    const client = new pgClient.Client({ host: '127.0.0.1', port: await fakePostgres((sql) => (sql ? 'reset' : 'ok')) })
    client.on('error', () => {})
    await client.connect()
    await client.query('SELECT 1').catch(() => {})
    expect(await verdictOn(pg, () => client.query('SELECT 2'))).toBe('unavailable not-applied silent')
  })
})

it('finds the error within a mapper’s', async () => {
  const port = await fakePostgres((sql) => (sql ? { sqlstate: '40001' } : 'ok'))
  const wrapped = () =>
    queryAt(port)().catch((cause: unknown) => {
      throw new Error('Failed query: COMMIT', { cause })
    })
  expect(await verdictOn(pg, wrapped)).toBe('conflict not-applied')
})

it('judges no values, and no errors of others', () => {
  expect(pg({ code: '40001', severity: 'ERROR' }, false)).toBeUndefined()
  expect(pg(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }), true)).toBeUndefined()
  expect(pg(undefined, true)).toBeUndefined()
})
