import { describe, expect, test } from 'vitest'
import { faulty, REQUEST, scripted } from '../../test/idempotency/faulty-store.js'
import { watched } from '../../test/peers/inventory.js'
import { virtualTime } from '../testing/index.js'
import {
  begin,
  idempotency,
  type IdempotencyRecord,
  type IdempotencyStore,
  InvalidResultError,
  memory,
  type Transact,
  type Transacted,
} from './index.js'

const TRANSACTION = { ...REQUEST, mode: 'transaction' } as const

class Money {
  amount = 1
}

/** A database of one key: it commits record and writes together, or as `fault` says. */
function database(
  fault: { next?: 'refused' | 'unknown' | 'escaped' | 'lost' | 'throw' | 'reject' | 'hang' | 'broken' } = {},
) {
  const time = virtualTime()
  const { store, faults } = faulty(memory({ now: () => time.now() }), time.clock)
  const held = { record: undefined as IdempotencyRecord | undefined, writes: [] as string[], asked: 0 }
  const transact: Transact<string[]> = (_, claim, work) => {
    held.asked++
    const { next } = fault
    delete fault.next
    if (next === 'throw') throw new Error('no pool')
    return commit()
    async function commit(): Promise<Transacted> {
      if (next === 'reject') throw new Error('no connection')
      if (next === 'hang') return new Promise<never>(() => undefined)
      const { record, answer } = begin(held.record, claim, time.now())
      if (answer.is !== 'granted') return { begun: answer }
      const writes: string[] = []
      const worked = work(answer, writes)
      if (next === 'broken') throw new Error('terminating connection')
      const { outcome } = await worked
      const error = new Error(next)
      if (next === 'escaped') return { begun: answer, end: 'escaped', error }
      if (outcome === undefined) return { begun: answer, end: 'rolled-back' }
      if (next === 'refused') return { begun: answer, end: 'refused', error }
      if (next === 'unknown') return { begun: answer, end: 'unknown', error }
      held.record = { ...(record as IdempotencyRecord), state: 'completed', outcome, settled: 1, expires: 1e9 }
      held.writes.push(...writes)
      return next === 'lost' ? { begun: answer, end: 'unknown', error } : { begun: answer, end: 'committed' }
    }
  }
  const look: IdempotencyStore['look'] = async () =>
    held.record ? { is: 'completed', ...held.record, fence: held.record.fence, now: time.now() } : { is: 'absent' }
  const orders = idempotency<string[]>({
    store: { ...store, transact, look } as IdempotencyStore<string[]>,
    ttl: '24h',
    clock: time.clock,
    random: () => 0.5,
  })
  const nothingLeft = async () => {
    await time.run(orders.idle())
    expect(time.pending).toEqual([])
  }
  return { time, orders, held, fault, faults, nothingLeft }
}

const write =
  <Value>(value: Value) =>
  ({ transaction }: { transaction: string[] }): Value => {
    transaction.push('order')
    return value
  }

describe('transaction', () => {
  test('effect and result are one commit; a repeat gets it', async () => {
    const { time, orders, held, nothingLeft } = database()
    expect(await time.run(orders.outcome(TRANSACTION, write('done')))).toMatchObject({ value: 'done', kept: 'store' })
    expect(await time.run(orders.outcome(TRANSACTION, write('again')))).toMatchObject({
      value: 'done',
      source: 'replayed',
    })
    expect(held.writes).toEqual(['order'])
    await nothingLeft()
  })

  test('what it throws is thrown, and rolled back', async () => {
    const { time, orders, held, nothingLeft } = database()
    const error = new Error('no stock')
    const failing = orders.outcome(TRANSACTION, ({ transaction }) => (transaction.push('order'), Promise.reject(error)))
    expect(await time.run(failing)).toEqual({ ok: false, error, source: 'executed', kept: 'forget' })
    expect(held.writes).toEqual([])
    expect(await time.run(orders.execute(TRANSACTION, write('done')))).toBe('done')
    await nothingLeft()
  })

  test.for<[string, unknown]>([
    ['a function', () => 1],
    ['a BigInt', 1n],
    ['a Date', new Date(0)],
    ['a Map', new Map()],
    ['an instance of a class', new Money()],
  ])('%s as its result is rolled back and says why', async ([, value]) => {
    const { time, orders, held, nothingLeft } = database()
    const outcome = await time.run(orders.outcome(TRANSACTION, write(value)))
    expect(outcome).toMatchObject({ ok: false, kept: 'forget', error: expect.any(InvalidResultError) as Error })
    expect(held.writes).toEqual([])
    await nothingLeft()
  })

  test('work that never ends is aborted, and its caller told that nobody knows', async () => {
    const { time, orders } = database()
    let aborted: unknown
    const stuck = orders.outcome({ ...TRANSACTION, timeout: '1s' }, ({ signal }) => {
      signal.addEventListener('abort', () => (aborted = signal.reason))
      return new Promise<never>(() => undefined)
    })
    expect(await time.run(stuck)).toMatchObject({ ok: false, kept: 'unknown', error: { why: 'lease' } })
    expect(aborted).toMatchObject({ code: 'TRUCE_LEASE_LOST' })
  })

  test('a result that is too large is committed as done', async () => {
    const { time, orders, held } = database()
    const value = 'x'.repeat(300 * 1_024)
    expect(await time.run(orders.execute(TRANSACTION, write(value)))).toBe(value)
    expect(held.writes).toEqual(['order'])
    await expect(time.run(orders.execute(TRANSACTION, write('x')))).rejects.toMatchObject({
      code: 'TRUCE_RESULT_NOT_KEPT',
    })
  })

  test('a keep function that does not store rolls back, and it is called so', async () => {
    const { time, orders, held } = database()
    const outcome = orders.outcome({ ...TRANSACTION, keep: () => 'unknown' }, write('done'))
    expect(await time.run(outcome)).toMatchObject({ ok: true, kept: 'forget' })
    expect(held.writes).toEqual([])
  })

  test('a refused commit is the caller’s error, and nothing is there', async () => {
    const { time, orders, held, nothingLeft } = database({ next: 'refused' })
    const outcome = await time.run(orders.outcome(TRANSACTION, write('done')))
    expect(outcome).toEqual({ ok: false, error: new Error('refused'), source: 'executed', kept: 'forget' })
    expect(held.writes).toEqual([])
    expect(await time.run(orders.execute(TRANSACTION, write('done')))).toBe('done')
    await nothingLeft()
  })

  test('a commit whose answer was lost is looked up: it is there', async () => {
    const { time, orders, held, nothingLeft } = database({ next: 'lost' })
    const outcome = await time.run(orders.outcome(TRANSACTION, write('done')))
    expect(outcome).toMatchObject({ ok: true, value: 'done', source: 'executed', kept: 'store' })
    expect(held.writes).toEqual(['order'])
    await nothingLeft()
  })

  test('a commit that nobody knows of is looked up: it is not', async () => {
    const { time, orders, nothingLeft } = database({ next: 'unknown' })
    const outcome = await time.run(orders.outcome(TRANSACTION, write('done')))
    expect(outcome).toEqual({ ok: false, error: new Error('unknown'), source: 'executed', kept: 'forget' })
    await nothingLeft()
  })

  test.for(['throw', 'reject', 'hang'] as const)(
    'a database that cannot be asked (%s) once is asked again',
    async (next) => {
      const { time, orders, held, nothingLeft } = database({ next })
      expect(await time.run(orders.execute({ ...TRANSACTION, wait: '5s' }, write('done')))).toBe('done')
      expect([held.asked, held.writes]).toEqual([2, ['order']])
      await nothingLeft()
    },
  )

  test('a connection that breaks under the work is its caller’s error; the work ends for nobody', async () => {
    const { time, orders, held, nothingLeft } = database({ next: 'broken' })
    const work = scripted<string>()
    const call = watched(orders.outcome(TRANSACTION, work.handler))
    await time.settle()
    expect(call.value).toMatchObject({ ok: false, error: new Error('terminating connection'), kept: 'forget' })
    const idle = watched(orders.idle())
    await time.settle()
    expect(idle.ended).toBe('no')
    work.succeed('done')
    await time.settle()
    expect(held.writes).toEqual([])
    await nothingLeft()
  })

  test('a caller who leaves before it began: nothing runs', async () => {
    const { time, orders, held, nothingLeft } = database({ next: 'reject' })
    const controller = new AbortController()
    const work = scripted<string>()
    const call = watched(orders.outcome({ ...TRANSACTION, signal: controller.signal }, work.handler))
    await time.settle()
    expect(held.asked).toBe(1)
    const left = new Error('left')
    controller.abort(left)
    await time.settle()
    expect(call.value).toEqual({ ok: false, error: left, source: 'refused' })
    await time.runAll()
    expect([work.runs, held.writes]).toEqual([0, []])
    await nothingLeft()
  })

  test('a caller who leaves while it works: it is committed', async () => {
    const { time, orders, nothingLeft } = database()
    const controller = new AbortController()
    const work = scripted<string>()
    const call = watched(orders.outcome({ ...TRANSACTION, signal: controller.signal }, work.handler))
    await time.settle()
    controller.abort(new Error('left'))
    await time.settle()
    expect(call.value).toMatchObject({ ok: false, source: 'executed' })
    work.succeed('done')
    await time.run(orders.idle())
    expect(await time.run(orders.execute(TRANSACTION, () => 'again'))).toBe('done')
    await nothingLeft()
  })

  test.each([
    ['returned', () => 'done'],
    [
      'threw',
      () => {
        throw new Error('out of stock')
      },
    ],
  ])('a handler that ended the transaction itself and %s: nobody knows, and no repeat is safe', async (_, handler) => {
    const { time, orders, fault, nothingLeft } = database()
    fault.next = 'escaped'
    const told = await time.run(orders.outcome(TRANSACTION, handler))
    expect(told).toMatchObject({
      ok: false,
      kept: 'unknown',
      error: { code: 'TRUCE_OUTCOME_UNKNOWN', why: 'escaped', repeatable: false, cause: { message: 'escaped' } },
    })
    await nothingLeft()
  })
})
