import { MongoClient, type MongoClientOptions } from 'mongodb'
import { describe, expect, it, test } from 'vitest'
import { closedPort, listen, silence, thrownBy } from '../../test/misbehaving/listen.js'
import { fakeMongodb, type Reply } from '../../test/misbehaving/mongodb.js'
import { verdictOn } from '../../test/misbehaving/verdict.js'
import { classifyError } from '../http/semantics/index.js'
import { detectLayers } from './detect-layers.js'
import { mongodb } from './mongodb.js'

const clientAt = (port: number, options: MongoClientOptions = {}) =>
  new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: 5_000,
    retryWrites: false,
    retryReads: false,
    ...options,
  })

/** Where no server is to be found. */
const briefly: MongoClientOptions = { serverSelectionTimeoutMS: 1_000 }

type Use = (client: MongoClient) => PromiseLike<unknown>
const insert: Use = (client) => client.db('d').collection('c').insertOne({ a: 1 })
const inTransaction: Use = (client) =>
  client.withSession(async (session) => {
    session.startTransaction()
    await client.db('d').collection('c').insertOne({ a: 1 }, { session })
    await session.commitTransaction()
  })

const using =
  (port: number, use: Use = insert, options?: MongoClientOptions) =>
  async (): Promise<unknown> => {
    const client = clientAt(port, options)
    try {
      return await use(client)
    } finally {
      await client.close(true)
    }
  }
const answered = async (reply: Reply, options?: MongoClientOptions) =>
  verdictOn(mongodb, using(await fakeMongodb(() => reply), insert, options))

const failed = (code: number, errorLabels: string[] = []) => ({ ok: 0, code, errmsg: 'by order', errorLabels })

describe('answers of the server', () => {
  test.each<[string, Reply, string]>([
    ['write conflict', failed(112, ['TransientTransactionError']), 'conflict not-applied'],
    ['transaction gone', failed(251, ['TransientTransactionError']), 'conflict not-applied'],
    ['transient in a transaction', failed(91, ['TransientTransactionError']), 'unavailable not-applied'],
    ['commit of unknown result', failed(64, ['UnknownTransactionCommitResult']), 'timeout unknown'],
    ['stepping down', failed(11_602, ['RetryableWriteError']), 'unavailable unknown'],
    ['not the primary', failed(10_107), 'unavailable unknown'],
    ['retryable, and unheard of', failed(31_337, ['RetryableWriteError']), 'unavailable unknown'],
    ['unheard of', failed(31_337), 'internal unknown'],
    ['time limit', failed(50), 'timeout unknown'],
    ['not authorized', failed(13), 'unauthorized unknown'],
    ['no such namespace', failed(26), 'not-found unknown'],
    ['bad value', failed(2), 'invalid unknown'],
    ['overloaded', failed(462, ['SystemOverloadedError', 'NoWritesPerformed']), 'overloaded not-applied'],
    ['a duplicate', { ok: 1, n: 0, writeErrors: [{ index: 0, code: 11_000, errmsg: 'dup' }] }, 'rejected unknown'],
    ['not replicated in time', { ok: 1, n: 1, writeConcernError: { code: 64, errmsg: 'w' } }, 'timeout unknown'],
  ])('%s', async (_, reply, expected) => expect(await answered(reply)).toBe(expected))

  it('may say how long to stay away', async () => {
    const port = await fakeMongodb(() => ({ ...failed(462, ['SystemOverloadedError']), baseBackoffMS: 700 }))
    expect(mongodb(await thrownBy(using(port)), true)).toMatchObject({ class: 'overloaded', retryAfter: 700 })
  })
})

describe('no answer', () => {
  test('no server', async () =>
    expect(await verdictOn(mongodb, using(await closedPort(), insert, { serverSelectionTimeoutMS: 30 }))).toBe(
      'unavailable unknown silent',
    ))
  test('a server that lets nobody in', async () =>
    expect(await verdictOn(mongodb, using(await listen(silence), insert, { serverSelectionTimeoutMS: 30 }))).toBe(
      'unavailable unknown silent',
    ))
  test('reset', async () => expect(await answered('reset')).toBe('unavailable unknown silent'))
  test('closed', async () => expect(await answered('close')).toBe('unavailable unknown silent'))
  test('never answered', async () =>
    expect(await answered('silence', { socketTimeoutMS: 50 })).toBe('timeout unknown silent'))
  test('used when closed', async () => {
    const client = clientAt(await fakeMongodb(() => ({ ok: 1, n: 1 })))
    await insert(client)
    await client.close(true)
    expect(await verdictOn(mongodb, () => insert(client))).toBe('rejected not-applied silent')
  })
  test('reset within a transaction, before its commit', async () => {
    const port = await fakeMongodb(() => 'gone')
    expect(await verdictOn(mongodb, using(port, inTransaction, briefly))).toBe('unavailable not-applied silent')
  })

  test('no connection free in its pool', async () => {
    let asked = (): void => {}
    const arrived = new Promise<void>((resolve) => (asked = resolve))
    const port = await fakeMongodb(() => {
      asked()
      return 'silence'
    })
    const client = clientAt(port, { maxPoolSize: 1, waitQueueTimeoutMS: 20 })
    const first = insert(client)
    await arrived
    expect(await verdictOn(mongodb, () => insert(client))).toBe('overloaded unknown silent')
    const [verdict] = await Promise.all([verdictOn(mongodb, () => first), client.close(true)])
    expect(verdict).toBe('unavailable unknown silent')
  })
})

describe('its own retries', () => {
  it.each([
    ['a write', insert, { retryWrites: true }],
    ['a commit, even with retries off', inTransaction, {}],
  ])('hide that %s was sent: the error is about finding a server again', async (_, use, options) => {
    const sent: string[] = []
    const port = await fakeMongodb((name) => {
      sent.push(name)
      return name === 'insert' && use === inTransaction ? { ok: 1, n: 1 } : 'gone'
    })
    const error = await thrownBy(using(port, use, { ...briefly, ...options }))
    // Which of the two depends on who notices first, the pool or the monitor.
    expect(error).toMatchObject({ name: expect.stringMatching(/^Mongo(?:ServerSelection|Network)Error$/) as string })
    expect(sent.at(-1)).toBe(use === insert ? 'insert' : 'commitTransaction')
    expect(mongodb(error, true)).toMatchObject({ class: 'unavailable', certainty: 'unknown' })
  })

  it('so a refused connection proves nothing, though HTTP’s rules would think so', async () => {
    const error = await thrownBy(using(await closedPort(), insert, { serverSelectionTimeoutMS: 30 }))
    expect(classifyError(error)).toMatchObject({ certainty: 'not-applied' })
    expect(mongodb(error, true)).toMatchObject({ certainty: 'unknown' })
  })

  it('are a second layer of the client', async () => {
    const off = 'retryWrites: false, retryReads: false'
    expect(await detectLayers(new MongoClient('mongodb://127.0.0.1:1'))).toEqual([
      { library: 'mongodb', attempts: 2, off },
    ])
    expect(await detectLayers(clientAt(1))).toEqual([])
  })
})
