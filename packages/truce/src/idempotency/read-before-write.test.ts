import { describe, expect, test, vi } from 'vitest'
import {
  idempotency,
  KeyConflictError,
  memory,
  OutcomeUnknownError,
  readBeforeWrite,
  type ReadBeforeWriteOptions,
  ResultNotKeptError,
  type Wanted,
} from './index.js'

interface Customer {
  readonly email: string
  readonly made?: Date
}

const ANN = { tenant: 'acme', id: 'ann@example.org', input: { email: 'ann@example.org' } }
const RESET = new Error('connection reset')

/** Somebody else's API, which makes as many as it is asked for. */
function crm() {
  const customers: Customer[] = []
  const read = vi.fn<(wanted: Wanted<{ email: string }>) => Promise<Customer | undefined>>(async ({ input }) =>
    customers.find(({ email }) => email === input.email),
  )
  const write = vi.fn<(wanted: Wanted<{ email: string }>) => Promise<Customer>>(async ({ input }) => {
    customers.push({ ...input })
    return { ...input }
  })
  return { customers, read, write }
}

/** Two workers, one store. */
function ensuring({ read, write }: Pick<ReadBeforeWriteOptions<{ email: string }, Customer>, 'read' | 'write'>) {
  const store = memory()
  const worker = () =>
    readBeforeWrite(idempotency({ store, ttl: '72h' }), { operation: 'customers.create', read, write })
  return [worker(), worker()] as const
}

describe('what is wanted', () => {
  test('is looked for, made once, and known from then on', async () => {
    const api = crm()
    const [worker, other] = ensuring(api)
    expect(await worker.ensure(ANN)).toEqual({ value: ANN.input, written: true })
    expect(await other.ensure(ANN)).toEqual({ value: ANN.input, written: false })
    expect([api.read.mock.calls.length, api.write.mock.calls.length]).toEqual([1, 1])
    expect(api.read).toHaveBeenCalledWith({ ...ANN, signal: expect.any(AbortSignal) as AbortSignal })
    const fence = expect.any(Number) as number
    expect(api.write).toHaveBeenCalledWith({ ...ANN, signal: expect.any(AbortSignal) as AbortSignal, fence })
  })

  test('is not made where it was there before', async () => {
    const api = crm()
    api.customers.push(ANN.input)
    const [worker, other] = ensuring(api)
    expect(await worker.ensure(ANN)).toEqual({ value: ANN.input, written: false })
    expect(await other.ensure(ANN)).toEqual({ value: ANN.input, written: false })
    expect(api.write).not.toHaveBeenCalled()
    expect(api.read).toHaveBeenCalledTimes(1)
  })

  test('by 20 at a time is made once', async () => {
    const api = crm()
    const [worker, other] = ensuring(api)
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? worker : other).ensure(ANN)))
    expect(all.filter(({ written }) => written)).toHaveLength(1)
    expect(api.customers).toHaveLength(1)
  })

  test('under the id of something else is refused', async () => {
    const [worker] = ensuring(crm())
    await worker.ensure(ANN)
    await expect(worker.ensure({ ...ANN, input: { email: 'bob@example.org' } })).rejects.toThrow(KeyConflictError)
  })

  test('is read again where it could not be kept', async () => {
    const api = crm()
    api.write.mockImplementation(async ({ input }) => {
      const customer = { ...input, made: new Date(0) }
      api.customers.push(customer)
      return customer
    })
    const [worker, other] = ensuring(api)
    await worker.ensure(ANN)
    expect(await other.ensure(ANN)).toEqual({ value: { ...ANN.input, made: new Date(0) }, written: false })
    api.customers.length = 0
    await expect(other.ensure(ANN)).rejects.toThrow(ResultNotKeptError)
    expect(api.write).toHaveBeenCalledTimes(1)
  })
})

describe('a write that ended in the dark', () => {
  test('is found', async () => {
    const api = crm()
    api.write.mockImplementationOnce(async ({ input }) => {
      api.customers.push(input)
      throw RESET
    })
    const [worker, other] = ensuring(api)
    await expect(worker.ensure(ANN)).rejects.toBe(RESET)
    expect(await other.ensure(ANN)).toEqual({ value: ANN.input, written: false })
    expect(api.customers).toHaveLength(1)
  })

  test('is made where it is not there, after one look', async () => {
    const api = crm()
    api.write.mockRejectedValueOnce(RESET)
    const [worker, other] = ensuring(api)
    await expect(worker.ensure(ANN)).rejects.toBe(RESET)
    expect(await other.ensure(ANN)).toEqual({ value: ANN.input, written: true })
    expect(api.customers).toHaveLength(1)
    expect(api.read).toHaveBeenCalledTimes(2)
  })

  test('stays in the dark while nobody can look', async () => {
    const api = crm()
    const [worker, other] = ensuring(api)
    api.write.mockRejectedValueOnce(RESET)
    await expect(worker.ensure(ANN)).rejects.toBe(RESET)
    api.read.mockRejectedValueOnce(new Error('search is down'))
    await expect(other.ensure(ANN)).rejects.toThrow(OutcomeUnknownError)
    expect(api.customers).toHaveLength(0)
    expect(await other.ensure(ANN)).toEqual({ value: ANN.input, written: true })
  })
})

describe('a failure', () => {
  test.each([
    ['in the dark', RESET],
    ['for good', Object.assign(new Error('unauthorized'), { status: 401 })],
  ])('%s, of the first look, leaves the id free: nothing was written', async (_, error) => {
    const api = crm()
    const [worker, other] = ensuring(api)
    api.read.mockRejectedValueOnce(error).mockRejectedValueOnce(error)
    await expect(worker.ensure(ANN)).rejects.toBe(error)
    await expect(other.ensure(ANN)).rejects.toBe(error) // not: that nobody knows
    expect(api.write).not.toHaveBeenCalled()
    expect(await other.ensure(ANN)).toMatchObject({ written: true })
    expect(api.read).toHaveBeenCalledTimes(3)
  })

  test('for good, of the write, leaves the id free', async () => {
    const api = crm()
    const refused = Object.assign(new Error('no such country'), { status: 422 })
    api.write.mockRejectedValueOnce(refused)
    const [worker] = ensuring(api)
    await expect(worker.ensure(ANN)).rejects.toBe(refused)
    expect(await worker.ensure(ANN)).toMatchObject({ written: true })
  })

  test('that fetch returns is nothing that was found, or made', async () => {
    const engine = idempotency({ store: memory(), ttl: '1h' })
    let status = 404
    const read = vi.fn<() => Promise<unknown>>(async () => new Response('', { status }))
    const write = vi.fn<() => Promise<unknown>>(async () => new Response('', { status }))
    const worker = readBeforeWrite(engine, { operation: 'a', read, write })
    await expect(worker.ensure(ANN)).rejects.toThrow('a: read was answered 404')
    expect(write).not.toHaveBeenCalled()
    status = 500
    read.mockResolvedValueOnce(undefined)
    await expect(worker.ensure(ANN)).rejects.toThrow('a: write was answered 500')
    await expect(worker.ensure(ANN)).rejects.toThrow(OutcomeUnknownError)
  })
})

test.each([
  ['readBeforeWrite().operation', { operation: '' }],
  ['readBeforeWrite().read', { read: undefined }],
  ['readBeforeWrite().write', { write: 'x' }],
  ['readBeforeWrite().wirte', { wirte: () => 1 }],
])('%s is refused: %j', (option, changes) => {
  const engine = idempotency({ store: memory(), ttl: '1h' })
  const { read, write } = crm()
  expect(() => readBeforeWrite(engine, { operation: 'a', read, write, ...changes } as never)).toThrow(
    `option ${option} is`,
  )
})

test('what is wanted is refused before anything is asked', async () => {
  const api = crm()
  const [worker] = ensuring(api)
  await expect(worker.ensure({ ...ANN, key: 'a' } as never)).rejects.toThrow('option ensure().key is')
  await expect(worker.ensure({ ...ANN, id: '' })).rejects.toThrow('the idempotency key is')
  expect(api.read).not.toHaveBeenCalled()
})
