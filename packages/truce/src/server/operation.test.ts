import { describe, expect, it, onTestFinished, test } from 'vitest'
import { peer } from '../peer/index.js'
import { virtualTime } from '../testing/index.js'
import type { KeyedOperation, KeyedRun } from './feature.js'
import type { Answer, Incoming } from './incoming.js'
import { service } from './service.js'
import type { ServiceOptions } from './settings.js'

const incoming = (headers: Readonly<Record<string, string>> = {}): Incoming => ({
  method: 'POST',
  url: '/',
  header: (name) => headers[name],
  payload: () => null,
  raw: undefined,
})
const says = (field: string, more: Readonly<Record<string, string>> = {}) =>
  incoming({ 'retry-context': field, ...more })

function operationOf(options: ServiceOptions<'keys'> = {}, served: object = {}) {
  const time = virtualTime()
  const made = service('inventory', { peer, clock: time.clock, ...options })
  const operation = made.operation('reserve', { effect: 'write', ...served } as never)
  return { operation, now: time.clock.now() }
}

/** A feature whose answer to every request is this. */
const feature = (received: ReturnType<KeyedOperation['receive']>) => ({
  operation: () => ({ receive: () => received }),
})

describe('what a request says of itself', () => {
  it('is not looked at, where nobody is believed', () => {
    const asked: string[] = []
    const { operation } = operationOf()
    const visit = operation.receive({
      ...incoming(),
      header: (name) => void asked.push(name),
    })
    expect([visit.known, visit.refusal, asked]).toEqual([false, undefined, []])
  })

  test.each<[string, NonNullable<ServiceOptions['peers']>, boolean, string | undefined]>([
    ['of anybody', 'all', true, 'bank'],
    ['of one who is known; its own name counts', () => 'orders', true, 'orders'],
    ['not of a stranger', () => undefined, false, undefined],
    ['not of one whose name is none', () => 7 as never, false, undefined],
  ])('counts %s', (_, peers, known, caller) => {
    const { operation } = operationOf({ peers })
    const visit = operation.receive(says('call="c1", attempt=3, caller="bank"'))
    expect(visit).toMatchObject({ known, context: { caller, attempt: known ? 3 : 1 } })
  })

  it('may be nothing at all: a caller that is known is known all the same', () => {
    const { operation } = operationOf({ peers: () => 'orders' })
    expect(operation.receive(incoming())).toMatchObject({ known: true, context: { caller: 'orders', attempt: 1 } })
  })

  it('costs no process where the check of it fails: a stranger, and one warning', async () => {
    const warnings: Error[] = []
    const hear = (warning: Error): void => void warnings.push(warning)
    process.on('warning', hear)
    onTestFinished(() => void process.off('warning', hear))
    const { operation } = operationOf({
      peers: () => {
        throw new Error('no such token')
      },
    })
    for (let n = 0; n < 3; n++) expect(operation.receive(says('attempt=3'))).toMatchObject({ known: false })
    await expect.poll(() => warnings.filter(({ message }) => message.includes('no such token'))).toHaveLength(1)
  })
})

describe('until when it is worked on', () => {
  test.each<[string, string, object, number]>([
    ['the operation’s own deadline', '', { deadline: 700 }, 700],
    ['the caller’s, where it is shorter', 'deadline=300', { deadline: 700 }, 300],
    ['not the caller’s, where it is longer', 'deadline=9000', { deadline: 700 }, 700],
    ['for ever, where nobody says', '', {}, Number.POSITIVE_INFINITY],
  ])('%s', (_, field, served, left) => {
    const { operation, now } = operationOf({ peers: 'all' }, served)
    expect(operation.receive(says(field)).context.endsAt - now).toBe(left)
  })

  test.each([
    ['deadline=0', 0, true],
    ['deadline=1', 0, false],
    ['deadline=50', 50, true],
    ['deadline=51', 50, false],
  ])('%s with at least %d: refused is %s', (field, least, refused) => {
    const { operation } = operationOf({ peers: 'all' }, { least })
    const { refusal } = operation.receive(says(field))
    expect(refusal?.reason).toBe(refused ? 'deadline' : undefined)
    expect(refusal?.answer.status).toBe(refused ? 504 : undefined)
  })
})

describe('a request with a key', () => {
  const run: KeyedRun = {
    largest: 1,
    headers: [],
    replayed: false,
    begin: async () => undefined,
    end: async (answer) => answer,
    threw: async () => undefined,
  }
  const refused: Answer = { status: 400, headers: [], body: new Uint8Array(0) }
  const keyed = { idempotency: 'keys', deadline: 700 }

  it('has the operation’s own time: whoever leaves, the next repeat gets its result', () => {
    const { operation, now } = operationOf({ peers: 'all', idempotency: feature(run) }, keyed)
    const visit = operation.receive(says('deadline=100'))
    expect(visit.keyed).toBe(run)
    expect(visit.context.endsAt - now).toBe(700)
  })

  it('is refused for its key, or runs as any other', () => {
    const refusing = operationOf({ idempotency: feature(refused) }, keyed).operation
    expect(refusing.receive(incoming()).refusal).toEqual({ reason: 'key', answer: refused })
    const optional = operationOf({ idempotency: feature(undefined) }, keyed).operation
    expect(optional.receive(incoming())).toMatchObject({ refusal: undefined, keyed: undefined })
  })

  it('is too late all the same, and its key is not looked at', () => {
    const receive = (): never => {
      throw new Error('looked at')
    }
    const { operation } = operationOf({ peers: 'all', idempotency: { operation: () => ({ receive }) } }, keyed)
    expect(operation.receive(says('deadline=0')).refusal?.reason).toBe('deadline')
  })
})
