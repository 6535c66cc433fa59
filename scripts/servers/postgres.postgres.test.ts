import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { Client } from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { accountFor, postgresUser } from './account.mjs'
import { exists } from './another-process.js'
import { startPostgres } from './postgres.mjs'

// A slow disk takes seconds to unpack a cluster, and a loaded machine to start a process.
vi.setConfig({ testTimeout: 60_000 })

type Options = NonNullable<Parameters<typeof startPostgres>[0]>

async function server(settings: Options['settings'] = {}) {
  const started = await startPostgres({ settings })
  onTestFinished(() => started.stop())
  return started
}

async function clientOf({ url }: { url: string }): Promise<Client> {
  const client = new Client(url)
  client.on('error', () => {}) // ended by the server: the tests look at what they asked of it
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** Not `once`: that fails with the error that tells of the end. */
const endOf = (client: Client) => new Promise<void>((resolve) => client.once('end', resolve))

const show = async (client: Client, setting: string) =>
  Object.values((await client.query<Record<string, string>>(`show ${setting}`)).rows[0] ?? {})[0]

test('answers a client, and keeps what it commits', async () => {
  const postgres = await server()
  const client = await clientOf(postgres)
  expect((await client.query('select 1 + 1 as two')).rows).toEqual([{ two: 2 }])
  expect([await show(client, 'fsync'), await show(client, 'synchronous_commit')]).toEqual(['on', 'on'])
  const { port, pid } = postgres
  expect(postgres).toMatchObject({ host: '127.0.0.1', url: `postgres://postgres@127.0.0.1:${port}/postgres` })
  expect(exists(pid)).toBe(true)
})

test('listens on the loopback only, on a port that no outgoing connection takes', async () => {
  const postgres = await server()
  const client = await clientOf(postgres)
  expect(await show(client, 'listen_addresses')).toBe('127.0.0.1')
  expect(await show(client, 'unix_socket_directories')).toBe('')
  expect(postgres.port).toBeLessThan(32_768)
})

test('runs as the user that may run it', async () => {
  const { folder } = await server()
  const own = process.getuid?.()
  const uid = accountFor(own, postgresUser)?.uid ?? own
  expect(uid).not.toBe(0)
  expect(statSync(path.join(folder, 'data', 'postmaster.pid')).uid).toBe(uid)
})

test('takes what postgresql.conf could say', async () => {
  const client = await clientOf(await server({ fsync: 'off', deadlock_timeout: '100ms' }))
  expect([await show(client, 'fsync'), await show(client, 'deadlock_timeout')]).toEqual(['off', '100ms'])
})

test('what postgresql.conf could not say is told in the words of the server', async () => {
  const settings = { nonsense: '1' }
  await expect(startPostgres({ settings })).rejects.toThrow(/Starting Postgres failed: .*parameter "nonsense"/s)
})

test('while one is paused, open and new connections wait and another server answers', async () => {
  const [postgres, other] = await Promise.all([server(), server()])
  const [first, second, neighbour] = await Promise.all([clientOf(postgres), clientOf(postgres), clientOf(other)])
  await postgres.pause()
  const answered: string[] = []
  const waiting = [
    first.query('select').then(() => answered.push('first')),
    second.query('select').then(() => answered.push('second')),
    clientOf(postgres).then(() => answered.push('new')),
  ]
  for (let turn = 0; turn < 100; turn++) await neighbour.query('select')
  expect(answered).toEqual([])
  await postgres.resume()
  await Promise.all(waiting)
  expect(answered.toSorted()).toEqual(['first', 'new', 'second'])
})

test('a restart keeps port, folder and data, whoever is connected', async () => {
  const postgres = await server()
  const client = await clientOf(postgres)
  await client.query('create table kept as select 7 as n')
  const { pid, port, folder } = postgres
  const ended = endOf(client)
  await postgres.restart()
  await ended
  expect((await (await clientOf(postgres)).query('table kept')).rows).toEqual([{ n: 7 }])
  expect(postgres).toMatchObject({ port, folder })
  expect(postgres.pid).not.toBe(pid)
})

test('a kill ends every backend; a restart finds what was committed and nothing else', async () => {
  const postgres = await server()
  const client = await clientOf(postgres)
  await client.query('create table kept (n int)')
  await client.query('insert into kept values (7)')
  await client.query('begin; insert into kept values (8)')
  const { rows } = await client.query<{ backend: number }>('select pg_backend_pid() as backend')
  const { pid } = postgres
  const ended = endOf(client)
  await postgres.kill()
  expect(exists(pid)).toBe(false)
  await ended
  await expect(clientOf(postgres)).rejects.toThrow('ECONNREFUSED')
  await expect(postgres.pause()).rejects.toThrow('not running')
  await postgres.restart()
  const again = await clientOf(postgres)
  expect((await again.query('table kept')).rows).toEqual([{ n: 7 }])
  const backends = await again.query('select from pg_stat_activity where pid = $1', [rows[0]?.backend])
  expect(backends.rowCount).toBe(0)
})

test('stop ends it, paused, killed or neither, and removes its folder', async () => {
  const all = await Promise.all([server(), server(), server()])
  await clientOf(all[0])
  await all[1].pause()
  await all[2].kill()
  await Promise.all(all.map((each) => each.stop()))
  expect(all.map(({ pid, folder }) => exists(pid) || existsSync(folder))).toEqual([false, false, false])
  await all[0].stop()
  await expect(all[0].restart()).rejects.toThrow('Postgres was stopped and its data removed: start another.')
})
