import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { isTruceError, OptionError } from 'truce'
import { peer } from 'truce/peer'
import { profile } from 'truce/profiles'
import { scriptedDependency, virtualTime } from 'truce/testing'
import { agent } from 'truce/undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseDocument } from '../document/parse.js'
import { ContractError } from './contract-error.js'
import { guardsOf } from './guards.js'
import { loadContract } from './load-contract.js'
import type { Override } from './overrides.js'
import type { Surroundings } from './surroundings.js'

const document = `truce: 1
service: order-api
serves:
  place-order:
    effect: write
    deadline: 3s
    idempotency: { ttl: 72h, fields: [cartId] }
  list: { effect: read }
depends:
  inventory:
    operations:
      reserve: { effect: write, attempts: 3, idempotency: { key: '{incoming}_line_{line}', window: 24h } }
      availability: { effect: read }
`
function guards<F = never>(text = document, around: Surroundings<F> = {}) {
  const { contract, problems } = parseDocument(text, 'truce.yaml')
  expect(problems).toEqual([])
  if (contract === undefined) throw new Error('no contract')
  return guardsOf(contract, around)
}
const one = (operation: string, own = '') =>
  `truce: 1\nservice: a\ndepends: { x: { ${own} operations: { o: { effect: read, ${operation} } } } }\n`

describe('operation()', () => {
  test('is the same guard each time, of the one dependency', () => {
    const contract = guards()
    expect(contract.operation('inventory.reserve')).toBe(contract.operation('inventory.reserve'))
    expect(contract.operation('inventory.reserve').name).toBe('reserve')
    expect(contract.dependency('inventory').name).toBe('inventory')
  })

  test.each([
    ['inventory.resreve', 'did you mean inventory.reserve?'],
    ['reserve', 'there are inventory.reserve, inventory.availability'],
    ['place-order', 'there are inventory.reserve'],
  ])('%s is an error with the nearest', (name, advice) => {
    expect(() => guards().operation(name)).toThrow(ContractError)
    expect(() => guards().operation(name)).toThrow(advice)
  })

  test('so is a dependency, and what is not served', () => {
    expect(() => guards().dependency('inventry')).toThrow('did you mean inventory?')
    expect(() => guards().served('place-ordr')).toThrow('did you mean place-order?')
  })
})

describe('what code has to hand in is asked for where the document is loaded', () => {
  test('a peer', async () => {
    const text = one('', 'peer: true,')
    expect(() => guards(text)).toThrow(/^truce\.yaml:3:17: depends\.x says .*hand it in: import \{ peer \}/)
    const headers = await guards(text, { peer })
      .operation('x.o')
      .run((attempt) => attempt.headers)
    expect(headers).toMatchObject({ 'retry-context': expect.stringContaining('caller="a"') })
  })

  test('a fallback', async () => {
    const text = one('fallback: from-catalogue, attempts: 1')
    expect(() => guards(text)).toThrow(/^truce\.yaml:3:51: .*"from-catalogue".*hand it in/)
    expect(() => guards(text, { fallbacks: { constructor: () => 1 } })).toThrow('"from-catalogue"')
    expect(() => guards(one('exhausted: fallback'))).toThrow(/exhausted|names no function.*fallback: NAME/)
    const contract = guards(text, { fallbacks: { 'from-catalogue': () => 'instead' } })
    const { source, value } = {
      value: undefined,
      ...(await contract.operation('x.o').outcome(() => new Response('', { status: 503 }))),
    }
    expect([source, value]).toEqual(['fallback', 'instead'])
  })

  test('an unknown option is an error', () => {
    expect(() => guards(document, { fallback: {} } as object)).toThrow('there is no option fallback')
  })

  test('what a guard refuses is an error with the line of the document, and the guard’s own as its cause', () => {
    const text = one('retryOn: [invalid]')
    expect(() => guards(text)).toThrow(/^truce\.yaml:3:51: option retryOn/)
    try {
      guards(text)
    } catch (error) {
      expect(isTruceError(error)).toBe(true)
      expect(error).toMatchObject({
        code: 'TRUCE_CONTRACT',
        problems: [{ line: 3, path: 'depends.x.operations.o.retryOn' }],
      })
      expect((error as Error).cause).toBeInstanceOf(OptionError)
    }
  })
})

describe('overrides', () => {
  test('count, are listed with both values and their line, and told', async () => {
    const told: unknown[] = []
    const listener = (message: unknown) => void told.push(message)
    subscribe('truce:contract:override', listener)
    const time = virtualTime()
    const contract = guards(document, { clock: time.clock })
    const guard = contract.operation('inventory.reserve', {
      attempts: 5,
      deadline: '1h',
      risk: 'high',
      classify: () => undefined,
    })
    unsubscribe('truce:contract:override', listener)
    const scripted = scriptedDependency(
      Array.from({ length: 9 }, () => 'hang' as const),
      { clock: time.clock },
    )
    await time.run(guard.outcome(scripted.attempt, { key: 'k' }))
    expect(scripted.calls).toHaveLength(5)
    const expected: Override[] = [
      {
        service: 'order-api',
        operation: 'inventory.reserve',
        option: 'attempts',
        document: 3,
        code: 5,
        file: 'truce.yaml',
        line: 12,
        column: 33,
      },
      {
        service: 'order-api',
        operation: 'inventory.reserve',
        option: 'deadline',
        document: 10_000,
        code: '1h',
        file: 'truce.yaml',
        line: 12,
        column: 7,
      },
    ]
    expect(contract.overrides()).toEqual(expected)
    expect(told).toEqual(expected)
  })

  test('are given where the guard is first asked for; the same again gives the same guard', () => {
    const contract = guards()
    const guard = contract.operation('inventory.reserve', { attempts: 5 })
    expect(contract.operation('inventory.reserve', { attempts: 5 })).toBe(guard)
    expect(contract.operation('inventory.reserve')).toBe(guard)
    expect(() => contract.operation('inventory.reserve', { attempts: 4 })).toThrow('has the guard')
    expect(contract.overrides()).toHaveLength(1)
  })

  test('that are wrong change nothing', () => {
    const contract = guards()
    expect(() => contract.operation('inventory.reserve', { attempts: 0 })).toThrow(OptionError)
    expect(() => contract.operation('inventory.reserve', { effect: 'read' } as object)).toThrow('change the document')
    expect(contract.overrides()).toEqual([])
    expect(contract.operation('inventory.reserve', { attempts: 2 })).toBe(contract.operation('inventory.reserve'))
  })
})

describe('key()', () => {
  test('is made by the template: the same wish gives the same key', () => {
    expect(guards().key('inventory.reserve', { incoming: 'order_1', line: 2 })).toBe('order_1_line_2')
  })

  test.each<[values: Record<string, string | number | undefined>, message: string]>([
    [{ incoming: 'order_1' }, 'values.line'],
    [{ incoming: '', line: 1 }, 'values.incoming'],
    [{ incoming: 'ä', line: 1 }, 'values.incoming'],
    [{ incoming: 'a', line: Number.NaN }, 'values.line'],
    [{ incoming: 'a'.repeat(255), line: 1 }, 'at most 255'],
  ])('%j is an error', (values, message) => {
    expect(() => guards().key('inventory.reserve', values)).toThrow(OptionError)
    expect(() => guards().key('inventory.reserve', values)).toThrow(message)
  })

  test('without a template is an error that says what to write', () => {
    expect(() => guards().key('inventory.availability', {})).toThrow("write idempotency: { key: '{incoming}_…' }")
  })
})

describe('a profile', () => {
  const write = (idempotency: string, own = '') =>
    `truce: 1\nservice: a\ndepends: { x: { ${own} operations: { o: { effect: write, backoff: none, idempotency: ${idempotency} } } } }\n`
  const failing = () => Promise.resolve(new Response(null, { status: 500 }))

  test('is the guard’s: what the API keeps under a key is not asked for again', async () => {
    const stripe = guards(write('{ profile: stripe-v1 }')).operation('x.o')
    expect(await stripe.outcome(failing, { key: 'k' })).toMatchObject({ stop: 'pushback', attempts: 1 })
    const plain = guards(write('{}')).operation('x.o')
    expect(await plain.outcome(failing, { key: 'k' })).toMatchObject({ stop: 'attempts', attempts: 3 })
  })

  test('without any word of keys a key protects nobody', async () => {
    const text = 'truce: 1\nservice: a\ndepends: { x: { operations: { o: { effect: write, backoff: none } } } }\n'
    expect(await guards(text).operation('x.o').outcome(failing, { key: 'k' })).toMatchObject({ stop: 'unsafe' })
  })

  test('limits the key that a template makes', () => {
    const contract = guards(write("{ profile: adyen, key: '{incoming}_line' }"))
    expect(contract.key('x.o', { incoming: 'order' })).toBe('order_line')
    expect(() => contract.key('x.o', { incoming: 'k'.repeat(60) })).toThrow('at most 64 characters')
  })

  test('may be of the user’s own knowledge', async () => {
    const acme = profile({ name: 'acme', header: 'x-request-id' })
    const contract = guards(write('{ profile: acme }'), { profiles: { acme } })
    expect(await contract.operation('x.o').run(async ({ headers }) => headers, { key: 'k' })).toEqual({
      'x-request-id': 'k',
    })
  })

  test.each([
    ['{ profile: stripe }', 'no profile "stripe"', 'did you mean stripe-v1?'],
    ['{ profile: nobody }', 'no profile "nobody"', 'write one of stripe-v1, '],
    ['{ profile: constructor }', 'no profile "constructor"', 'handed in: { profiles: '],
    ['{ profile: stripe-v1, window: 48h }', 'idempotency.window', 'stripe-v1 may have forgotten'],
  ])('%s is an error with its line', (idempotency, message, fix) => {
    for (const part of [/^truce[.]yaml:3:/, message, fix]) expect(() => guards(write(idempotency))).toThrow(part)
  })
})

test('what is served, in the words of the server and of idempotency', () => {
  expect(guards().served('place-order')).toEqual({ effect: 'write', deadline: 3_000 })
  expect(guards().served('list')).toEqual({ effect: 'read' })
  expect(guards().idempotency('place-order')).toEqual({
    ttl: 259_200_000,
    rules: { key: 'required', fields: ['cartId'] },
  })
  expect(guards().idempotency('list')).toBeUndefined()
})

describe('gaps()', () => {
  const gaps = (text: string, around: Surroundings = {}) =>
    guards(text, around)
      .gaps()
      .map(({ path: at, line }) => `${line} ${at}`)

  test.each([
    ['exhausted: pending', '', 'depends.x.operations.o.exhausted'],
    ['exhausted: dead-letter', '', 'depends.x.operations.o.exhausted'],
    ['connectTimeout: 200ms', '', 'depends.x.operations.o.connectTimeout'],
    ['', 'budget: { scope: fleet },', 'depends.x.budget.scope'],
  ])('%s %s', (operation, own, expected) => {
    expect(gaps(one(operation, own))).toEqual([`3 ${expected}`])
  })

  test('none where a guard keeps all of it', () => {
    expect(gaps(document)).toEqual([])
    expect(gaps(one('use: background'))).toEqual([])
  })

  test('a connect timeout is kept by an agent that code hands in', async () => {
    const contract = guards(one('connectTimeout: 200ms'), { agent })
    expect(contract.gaps()).toEqual([])
    const dispatcher = contract.dispatcher('x.o') as ReturnType<typeof agent>
    expect(typeof dispatcher.dispatch).toBe('function')
    await dispatcher.close()
    expect(guards().dispatcher('inventory.reserve')).toBeUndefined()
  })
})

describe('loadContract()', () => {
  let folder = ''
  beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'truce-contract-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('reads a file by its path or URL', () => {
    const file = path.join(folder, 'truce.yaml')
    writeFileSync(file, document)
    expect(loadContract(file).contract.service).toBe('order-api')
    expect(loadContract(pathToFileURL(file)).operation('inventory.reserve').name).toBe('reserve')
  })

  test('names the first problem, and has all', () => {
    const file = path.join(folder, 'truce.yaml')
    writeFileSync(file, 'truce: 1\nservce: a\nversion: 0\n')
    expect(() => loadContract(file)).toThrow(/truce\.yaml:1:1: .* \(and 2 more\)$/)
    expect(() => loadContract(folder)).toThrow('it is a folder')
    expect(() => loadContract(path.join(folder, 'none.yaml'))).toThrow('no such file')
  })
})

describe('admission()', () => {
  const terms = (serves: string, instances = '') =>
    guards(`truce: 1\nservice: a\n${instances}serves: { ${serves} }\n`).admission()

  test.each<[string, string, object]>([
    ['nothing, where the document says nothing', 'o: { effect: read }', {}],
    [
      'as many at once as it promises to serve take',
      'o: { effect: read, capacity: 600/s, latency: { p50: 120ms } }',
      { limit: { initial: 72 } },
    ],
    [
      'of all operations together',
      'o: { effect: read, capacity: 100/s, latency: { p50: 20ms } }, p: { effect: read, rate: 10/s, latency: { p50: 100ms } }',
      { limit: { initial: 3 } },
    ],
    ['two 99th percentiles', 'o: { effect: read, latency: { p99: 90ms } }', { wait: 180 }],
    ['and no more than half of a usual timeout', 'o: { effect: read, latency: { p99: 900ms } }', { wait: 400 }],
    ['one at least', 'o: { effect: read, rate: 1/m, latency: { p50: 1ms } }', { limit: { initial: 1 } }],
  ])('%s', (_, serves, expected) => {
    expect(terms(serves)).toEqual(expected)
  })

  test('an instance has its part of what all promise', () => {
    const serves = 'o: { effect: read, capacity: 600/s, latency: { p50: 120ms } }'
    expect(terms(serves, 'instances: 40\n')).toEqual({ limit: { initial: 2 } })
  })

  test('what an operation says of its callers goes to the operation', () => {
    const text = 'truce: 1\nservice: a\nserves: { o: { effect: read, urgency: background, retries: { share: 10% } } }\n'
    expect(guards(text).served('o')).toEqual({ effect: 'read', urgency: 'background', retries: { share: 0.1 } })
  })
})
