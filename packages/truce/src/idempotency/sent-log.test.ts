import { describe, expect, test, vi } from 'vitest'
import {
  bornAt,
  idempotency,
  idempotencyKey,
  InProgressError,
  KeyConflictError,
  KeyExpiredError,
  memory,
  notApplied,
  OutcomeUnknownError,
  type Sending,
  sentLog,
  type Sighting,
} from './index.js'

interface Mail {
  readonly to: string
}

const RECEIPT = { tenant: 'acme', id: 'receipt of order-7', message: { to: 'ann@example.org' } }
const RESET = new Error('connection reset')

/** Two workers, one store. */
function logs(wasSent?: (sending: Sending<Mail>) => Sighting | PromiseLike<Sighting>) {
  const store = memory()
  const log = () => sentLog<Mail>(idempotency({ store, ttl: '72h' }), { operation: 'mail.receipt', wasSent })
  return [log(), log()] as const
}

/** A provider that takes a message, and remembers it by its id. */
function provider() {
  const taken: string[] = []
  const take = ({ messageId }: Sending<Mail>) => void taken.push(messageId)
  const takeAndBreak = (sending: Sending<Mail>) => {
    take(sending)
    throw RESET
  }
  return { taken, take, takeAndBreak }
}

describe('a message', () => {
  test('goes out once, and is known to have gone out', async () => {
    const [log, other] = logs()
    const { taken, take } = provider()
    const first = await log.send(RECEIPT, take)
    expect(first).toEqual({ sent: 'now', messageId: taken[0], at: expect.any(Date) as Date })
    expect(await other.send(RECEIPT, take)).toEqual({ ...first, sent: 'before' })
    expect(taken).toHaveLength(1)
  })

  test('of 20 at a time goes out once', async () => {
    const [log, other] = logs()
    const { taken, take } = provider()
    const all = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? log : other).send(RECEIPT, take)))
    expect(all.filter(({ sent }) => sent === 'now')).toHaveLength(1)
    expect(taken).toHaveLength(1)
  })

  test('has a messageId of its own, the same in every try', async () => {
    const [log] = logs()
    const { taken, take } = provider()
    await expect(
      log.send(RECEIPT, ({ messageId }) => Promise.reject(notApplied(new Error(messageId)))),
    ).rejects.toThrow(/^[0-9a-f-]{36}$/)
    const { messageId } = await log.send(RECEIPT, take)
    await log.send({ ...RECEIPT, tenant: 'other' }, take)
    await log.send({ ...RECEIPT, id: 'receipt of order-8' }, take)
    expect(taken[0]).toBe(messageId)
    expect(new Set(taken).size).toBe(3)
    for (const id of taken) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })

  test('whose time the engine’s codec does not write is known to have gone out', async () => {
    const encode = () => {
      throw new TypeError('orders only')
    }
    const engine = idempotency({ store: memory(), ttl: '1h', codec: { encode, decode: () => expect.fail('none') } })
    const log = sentLog<Mail>(engine, { operation: 'mail.receipt' })
    const { messageId } = await log.send(RECEIPT, () => undefined)
    expect(await log.send(RECEIPT, () => expect.fail('sent twice'))).toEqual({
      sent: 'before',
      messageId,
      at: undefined,
    })
  })

  test('under the id of another one is refused', async () => {
    const [log] = logs()
    const { taken, take } = provider()
    await log.send(RECEIPT, take)
    await expect(log.send({ ...RECEIPT, message: { to: 'bob@example.org' } }, take)).rejects.toThrow(KeyConflictError)
    expect(taken).toHaveLength(1)
  })

  test('that is on its way is waited for, or told of', async () => {
    const store = memory()
    const log = sentLog<Mail>(idempotency({ store, ttl: '1h', wait: 0 }), { operation: 'mail.receipt' })
    const patient = sentLog<Mail>(idempotency({ store, ttl: '1h' }), { operation: 'mail.receipt' })
    let taken = () => {}
    const first = log.send(RECEIPT, () => new Promise<void>((resolve) => (taken = resolve)))
    await expect(log.send(RECEIPT, () => expect.fail('sent twice'))).rejects.toThrow(InProgressError)
    const second = patient.send(RECEIPT, () => expect.fail('sent twice'))
    taken()
    expect([(await first).sent, (await second).sent]).toEqual(['now', 'before'])
  })

  test('whose key is older than what is remembered is refused, unless its age is that of something else', async () => {
    const [log] = logs()
    const { take } = provider()
    const id = idempotencyKey(Date.now() - 100 * 3_600_000)
    expect(bornAt(id)).toBeDefined()
    await expect(log.send({ ...RECEIPT, id }, take)).rejects.toThrow(KeyExpiredError)
    expect(await log.send({ ...RECEIPT, id, age: 'none' }, take)).toMatchObject({ sent: 'now' })
  })
})

describe('an end in the dark', () => {
  test('is not sent again', async () => {
    const [log, other] = logs()
    const { taken, take, takeAndBreak } = provider()
    await expect(log.send(RECEIPT, takeAndBreak)).rejects.toBe(RESET)
    await expect(other.send(RECEIPT, take)).rejects.toThrow(OutcomeUnknownError)
    expect(taken).toHaveLength(1)
  })

  test('is found by its messageId', async () => {
    const { taken, take, takeAndBreak } = provider()
    const asked = vi.fn<(sending: Sending<Mail>) => boolean>(({ messageId }) => taken.includes(messageId))
    const [log, other] = logs(asked)
    await expect(log.send(RECEIPT, takeAndBreak)).rejects.toBe(RESET)
    expect(asked).not.toHaveBeenCalled()
    expect(await other.send(RECEIPT, take)).toEqual({ sent: 'before', messageId: taken[0], at: undefined })
    expect(asked.mock.calls).toEqual([
      [{ ...RECEIPT, messageId: taken[0], signal: expect.any(AbortSignal) as AbortSignal }],
    ])
    // Found once, it is known.
    expect(await log.send(RECEIPT, take)).toMatchObject({ sent: 'before' })
    expect(asked).toHaveBeenCalledTimes(1)
    expect(taken).toHaveLength(1)
  })

  test('is found with the time at which it went out', async () => {
    const at = new Date('2026-03-01T10:00:00Z')
    const { take, takeAndBreak } = provider()
    const [log] = logs(() => Promise.resolve({ at }))
    await expect(log.send(RECEIPT, takeAndBreak)).rejects.toBe(RESET)
    expect(await log.send(RECEIPT, take)).toMatchObject({ sent: 'before', at })
    expect(await log.send(RECEIPT, take)).toMatchObject({ sent: 'before', at })
  })

  test('is sent where it surely did not go out', async () => {
    const [log] = logs(() => false)
    const { taken, take } = provider()
    await expect(log.send(RECEIPT, () => Promise.reject(RESET))).rejects.toBe(RESET)
    expect(await log.send(RECEIPT, take)).toMatchObject({ sent: 'now', messageId: taken[0] })
    expect(taken).toHaveLength(1)
  })

  test.each<[string, () => unknown]>([
    ['that it does not know', () => 'unknown'],
    ['nothing', () => undefined],
    ['null', () => null],
    ['a list, as a search gives it', () => []],
    ['no time', () => ({ at: new Date(Number.NaN) })],
    ['nothing, and throws', () => Promise.reject(new Error('search is down'))],
  ])('stays in the dark where the look says %s', async (_, look) => {
    const [log] = logs(look as () => Sighting)
    const { taken, take, takeAndBreak } = provider()
    await expect(log.send(RECEIPT, takeAndBreak)).rejects.toBe(RESET)
    await expect(log.send(RECEIPT, take)).rejects.toThrow(OutcomeUnknownError)
    await expect(log.send(RECEIPT, take)).rejects.toThrow(OutcomeUnknownError)
    expect(taken).toHaveLength(1)
  })
})

describe('a refusal', () => {
  test.each([
    ['says that nothing was taken', () => notApplied(new Error('connect ECONNREFUSED'))],
    ['is the provider’s answer', () => Object.assign(new Error('no such mailbox'), { status: 422 })],
  ])('that %s leaves the id free', async (_, refusal) => {
    const [log] = logs()
    const { taken, take } = provider()
    const error = refusal()
    await expect(log.send(RECEIPT, () => Promise.reject(error))).rejects.toBe(error)
    expect(await log.send(RECEIPT, take)).toMatchObject({ sent: 'now' })
    expect(taken).toHaveLength(1)
  })

  test('that fetch returns is none of a message that was taken', async () => {
    const [log] = logs()
    const answered = (status: number) => async () => new Response('', { status })
    await expect(log.send(RECEIPT, answered(400))).rejects.toMatchObject({
      message: 'mail.receipt: send was answered 400',
      status: 400,
      cause: expect.any(Response) as Response,
    })
    expect(await log.send({ ...RECEIPT, id: 'another' }, answered(202))).toMatchObject({ sent: 'now' })
    // Perhaps taken all the same.
    await expect(log.send(RECEIPT, answered(502))).rejects.toMatchObject({ status: 502 })
    await expect(log.send(RECEIPT, answered(202))).rejects.toThrow(OutcomeUnknownError)
  })

  test('is not remembered, whatever the engine is told to keep', async () => {
    for (const keep of ['redrive', 'stripe-v1'] as const) {
      const log = sentLog<Mail>(idempotency({ store: memory(), ttl: '1h', keep }), { operation: 'mail.receipt' })
      const refused = () => Promise.reject(Object.assign(new Error('no such mailbox'), { status: 422 }))
      await expect(log.send(RECEIPT, refused)).rejects.toThrow('no such mailbox')
      expect(await log.send(RECEIPT, () => undefined)).toMatchObject({ sent: 'now' })
    }
  })
})

describe('refused before anything is done', () => {
  const engine = idempotency({ store: memory(), ttl: '1h' })
  test.each([
    ['sentLog().operation', { operation: '' }],
    ['sentLog().wasSent', { operation: 'a', wasSent: true }],
    ['sentLog().wasSend', { operation: 'a', wasSend: () => true }],
  ])('%s', (option, options) => {
    expect(() => sentLog(engine, options as never)).toThrow(`option ${option} is`)
  })

  test.each([
    [{ ...RECEIPT, key: 'a' }, 'option send().key is'],
    [{ ...RECEIPT, tenant: '' }, 'option tenant is'],
    [{ ...RECEIPT, id: 'é' }, 'the idempotency key is'],
    [{ ...RECEIPT, message: new Map() }, 'payload'],
  ])('%j', async (toSend, message) => {
    const send = vi.fn<() => void>()
    await expect(sentLog(engine, { operation: 'a' }).send(toSend, send)).rejects.toThrow(message)
    expect(send).not.toHaveBeenCalled()
  })

  test('a message without a way to send it', async () => {
    await expect(sentLog(engine, { operation: 'a' }).send(RECEIPT, undefined as never)).rejects.toThrow(
      'second argument',
    )
  })
})
