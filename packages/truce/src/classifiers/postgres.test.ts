import postgresClient from 'postgres'
import { describe, expect, it, test } from 'vitest'
import { closedPort, listen, silence } from '../../test/misbehaving/listen.js'
import { type Fate, fakePostgres } from '../../test/misbehaving/postgres.js'
import { verdictOn } from '../../test/misbehaving/verdict.js'
import { postgres } from './postgres.js'

const clientAt = (port: number, patience = 5) =>
  postgresClient({
    host: '127.0.0.1',
    port,
    user: 'u',
    database: 'd',
    connect_timeout: patience,
    max: 1,
    fetch_types: false,
    backoff: () => 0,
  })

/** A statement over a client of its own. */
const queryAt = (port: number, patience?: number) => async (): Promise<unknown> => {
  const sql = clientAt(port, patience)
  try {
    return await sql.unsafe('COMMIT')
  } finally {
    await sql.end({ timeout: 0 })
  }
}
const query = async (fate: Fate, when: 'start' | 'query' = 'query') =>
  verdictOn(postgres, queryAt(await fakePostgres((sql) => ((sql === '') === (when === 'start') ? fate : 'ok'))))

describe('SQLSTATE', () => {
  test.each([
    ['40001', 'conflict not-applied'],
    ['55P03', 'conflict not-applied'],
    ['40003', 'unavailable unknown'],
    ['53100', 'overloaded unknown'],
    ['23505', 'rejected not-applied'],
  ])('%s of a statement is %s', async (sqlstate, expected) => expect(await query({ sqlstate })).toBe(expected))

  test.each([
    ['57P03', 'unavailable not-applied'],
    ['53300', 'overloaded not-applied'],
    ['28P01', 'unauthorized not-applied'],
  ])('%s at start is %s', async (sqlstate, expected) =>
    expect(await query({ sqlstate, ends: true }, 'start')).toBe(expected),
  )

  it('is lost where the connection ends with it', async () =>
    expect(await query({ sqlstate: '57P01', ends: true })).toBe('unavailable unknown silent'))
})

describe('no answer', () => {
  test('refused', async () =>
    expect(await verdictOn(postgres, queryAt(await closedPort()))).toBe('unavailable not-applied silent'))
  test('never let in', async () =>
    expect(await verdictOn(postgres, queryAt(await listen(silence), 0.03))).toBe('unavailable not-applied silent'))
  test('a COMMIT reset', async () => expect(await query('reset')).toBe('unavailable unknown silent'))
  test('a COMMIT cut off', async () => expect(await query('close')).toBe('unavailable unknown silent'))

  test('a client that was closed, with a query under way and before one', async () => {
    let asked = (): void => {}
    const arrived = new Promise<void>((resolve) => (asked = resolve))
    const port = await fakePostgres((text) => {
      if (text === '') return 'ok'
      asked()
      return 'silence'
    })
    const sql = clientAt(port)
    const underWay = sql.unsafe('COMMIT').execute()
    await arrived
    const [verdict] = await Promise.all([verdictOn(postgres, () => underWay), sql.end({ timeout: 0 })])
    expect(verdict).toBe('unavailable unknown silent')
    expect(await verdictOn(postgres, () => sql.unsafe('SELECT 1'))).toBe('rejected not-applied silent')
  })
})
