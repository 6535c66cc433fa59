import mysql from 'mysql2/promise'
import { describe, expect, it, test } from 'vitest'
import { closedPort, listen, silence } from '../../test/misbehaving/listen.js'
import { fakeMysql, type Fate } from '../../test/misbehaving/mysql.js'
import { verdictOn } from '../../test/misbehaving/verdict.js'
import { mysql2 } from './mysql2.js'

const queryAt =
  (port: number, { toConnect = 5_000, toQuery = 5_000 } = {}) =>
  async (): Promise<unknown> => {
    const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'u', connectTimeout: toConnect })
    connection.on('error', () => {})
    try {
      return await connection.query({ sql: 'COMMIT', timeout: toQuery })
    } finally {
      connection.destroy()
    }
  }
const query = async (fate: Fate, patience = {}) =>
  verdictOn(mysql2, queryAt(await fakeMysql((sql) => (sql ? fate : 'ok')), patience))

describe('error numbers', () => {
  test.each([
    [1213, '40001', 'conflict not-applied'], // deadlock
    [1205, 'HY000', 'conflict not-applied'], // lock wait
    [3572, 'HY000', 'conflict not-applied'], // NOWAIT
    [1053, '08S01', 'unavailable unknown'], // shutdown
    [1317, '70100', 'unavailable unknown'], // killed
    [1047, '08S01', 'unavailable not-applied'], // Galera
    [3024, 'HY000', 'timeout unknown'],
    [1203, '42000', 'overloaded not-applied'], // user's connections
    [1062, '23000', 'rejected not-applied'], // duplicate
    [1064, '42000', 'invalid not-applied'], // syntax
    [1406, '22001', 'invalid not-applied'], // data too long
    [1142, '42000', 'unauthorized not-applied'],
    [1290, 'HY000', 'internal unknown'], // an option of the server, but not read-only
    [1030, 'HY000', 'internal unknown'], // storage engine
  ])('%i (%s) is %s', async (errno, sqlstate, expected) => expect(await query({ errno, sqlstate })).toBe(expected))

  test.each([
    [1040, 'overloaded not-applied'], // too many connections
    [1129, 'rejected not-applied'], // host blocked
    [1045, 'unauthorized not-applied'],
  ])('%i before the handshake, without SQLSTATE, is %s', async (errno, expected) => {
    const port = await fakeMysql(() => ({ errno, sqlstate: '' }))
    expect(await verdictOn(mysql2, queryAt(port))).toBe(expected)
  })

  test('1290 that says read-only', async () =>
    expect(await query({ errno: 1290, sqlstate: 'HY000', message: 'running with the --read-only option' })).toBe(
      'unavailable not-applied',
    ))
})

describe('no answer', () => {
  test('refused', async () =>
    expect(await verdictOn(mysql2, queryAt(await closedPort()))).toBe('unavailable not-applied silent'))
  test('never let in', async () =>
    expect(await verdictOn(mysql2, queryAt(await listen(silence), { toConnect: 30 }))).toBe(
      'unavailable not-applied silent',
    ))
  test('a COMMIT reset', async () => expect(await query('reset')).toBe('unavailable unknown silent'))
  test('a COMMIT cut off', async () => expect(await query('close')).toBe('unavailable unknown silent'))
  test('a COMMIT never answered', async () =>
    expect(await query('silence', { toQuery: 30 })).toBe('timeout unknown silent'))

  test('a connection that was lost before', async () => {
    const port = await fakeMysql((sql) => (sql ? 'reset' : 'ok'))
    const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'u' })
    connection.on('error', () => {})
    await connection.query('SELECT 1').catch(() => {})
    expect(await verdictOn(mysql2, () => connection.query('SELECT 2'))).toBe('unavailable not-applied silent')
    connection.destroy()
  })
})

describe('the pool', () => {
  it.each([
    ['has no connection free', { waitForConnections: false }],
    ['has its line full', { queueLimit: 1 }],
  ])('%s', async (_, options) => {
    const port = await fakeMysql(() => 'ok')
    const pool = mysql.createPool({ host: '127.0.0.1', port, connectionLimit: 1, ...options })
    const held = await pool.getConnection()
    const first = pool.query('SELECT 1').catch(() => {})
    expect(await verdictOn(mysql2, () => pool.query('SELECT 2'))).toBe('overloaded not-applied silent')
    held.release()
    await first
    await pool.end()
    expect(await verdictOn(mysql2, () => pool.query('SELECT 3'))).toBe('rejected not-applied silent')
  })
})
