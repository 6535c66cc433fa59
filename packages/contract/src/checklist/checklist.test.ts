import { describe, expect, test } from 'vitest'
import { checklist, type Contract, parseDocument, type Question } from '../index.js'

const contract = (text: string) => {
  const { contract: made, problems } = parseDocument(`{ truce: 1, ${text} }`, 'truce.yaml')
  if (!made) throw new Error(JSON.stringify(problems))
  return made
}

const caller = (operation: string, depended = '') =>
  contract(`service: order, depends: { stock: { ${depended} operations: { reserve: { ${operation} } } } }`)

const stock = (served: string) => contract(`service: stock, serves: { reserve: { effect: write, ${served} } }`)

const answer = (question: Question, ...contracts: Contract[]) =>
  checklist(contracts).operations.find(({ service }) => service === 'order')?.answers[question]

const KEY = "idempotency: { key: '{order}', window: 24h }"

/** Question, operation, rest of its dependency, documents beside it, is it answered, and what is said. */
const ANSWERED: [Question, string, string, string, boolean, RegExp][] = [
  ['transient', 'effect: read', '', '', true, /^By default after timeout, .* and internal; every other/],
  ['transient', 'effect: read, retryOn: [timeout]', '', '', true, /^After timeout;/],
  ['transient', 'effect: read, attempts: 1', '', '', true, /attempted once/],
  ['transient', 'effect: read, attempts: 1', 'layers: [{ name: sdk, attempts: 3 }],', '', false, /After what sdk/],
  ['transient', 'effect: read, retryOn: [timeout, invalid]', '', '', false, /after invalid/],
  ['safe', 'effect: read', '', '', true, /a read/],
  ['safe', 'effect: write', '', '', false, /without a key/],
  ['safe', 'effect: write, attempts: 1', '', '', true, /attempted once/],
  ['safe', 'effect: write, attempts: 1', 'layers: [{ name: sdk, attempts: 3 }],', '', false, /without a key/],
  ['safe', 'effect: write, owner: mesh', '', '', true, /attempted once/],
  ['safe', 'effect: write, risk: low', '', '', true, /tolerable/],
  ['safe', 'effect: write, idempotency: natural', '', '', true, /same effect/],
  ['safe', `effect: write, ${KEY}`, '', '', true, /the key \{order\}, for 24h; whether stock honours it/],
  ['safe', `effect: write, ${KEY}`, '', 'deadline: 1s, idempotency: { ttl: 72h }', true, /remembers it for 72h/],
  ['safe', `effect: write, ${KEY}`, '', 'deadline: 1s, idempotency: { ttl: 24h }', false, /up to 1s: too short/],
  ['safe', `effect: write, ${KEY}`, '', 'deadline: 1s, idempotency: { ttl: 23h }', false, /for 23h: too short/],
  ['safe', `effect: write, ${KEY}`, '', 'idempotency: { ttl: 24h }', true, /remembers it for 24h/],
  ['safe', "effect: write, idempotency: { key: '{order}' }", '', 'idempotency: { ttl: 24h }', true, /for 9300ms;/],
  ['safe', `effect: write, ${KEY}`, '', 'deadline: 1s, idempotency: {}', false, /add its ttl/],
  ['safe', `effect: write, ${KEY}`, '', 'deadline: 1s', false, /takes no key/],
  ['safe', `effect: write, ${KEY}`, '', 'idempotency: natural', true, /needs none/],
  ['owner', 'effect: read', '', '', true, /^order, as the lowest layer/],
  ['owner', 'effect: read, owner: mesh', '', '', true, /^mesh/],
  ['owner', 'effect: read, owner: { transient: a, business: b }', '', '', true, /^a what is transient, b what/],
  [
    'owner',
    'effect: read',
    'layers: [{ name: istio, attempts: 3 }],',
    '',
    false,
    /istio \(3 attempts\) repeats it too/,
  ],
  ['owner', 'effect: read, owner: istio', 'layers: [{ name: istio, attempts: 3 }],', '', true, /^istio: the guard/],
  ['owner', 'effect: read, attempts: 1', 'layers: [{ name: istio, attempts: 3 }],', '', true, /^istio: the guard/],
  ['policy', 'effect: read', '', '', true, /^3 attempts of up to 3s within 10s, waits of 100ms × 2 up to 2s with full/],
  ['policy', 'effect: read, owner: mesh', '', '', true, /^One attempt of up to 3s within 10s\.$/],
  ['policy', 'effect: read', 'budget: none,', '', false, /Missing: a budget\./],
  [
    'policy',
    'effect: read, backoff: none, attemptTimeout: none',
    '',
    '',
    false,
    /Missing: an attemptTimeout and a backoff/,
  ],
  [
    'policy',
    'effect: read, backoff: { jitter: none }',
    'governor: none,',
    '',
    false,
    /Missing: jitter and the governor/,
  ],
  ['policy', 'effect: read, mode: observe', '', '', true, /only observed, not enforced/],
  ['exhausted', 'effect: read', '', '', false, /Nothing is said/],
  ['exhausted', 'effect: read, attempts: 1', '', '', true, /goes to the caller/],
  ['exhausted', 'effect: write, exhausted: pending', '', '', true, /accepted, not confirmed/],
  ['exhausted', 'effect: write, fallback: f', '', '', false, /for a write whose effect/],
  ['exhausted', 'effect: write, risk: low, fallback: f', '', '', true, /A fallback/],
  ['exhausted', 'effect: read, exhausted: cached', '', '', false, /add maxAge/],
  ['exhausted', 'effect: read, exhausted: { cached: { maxAge: 30s } }', '', '', false, /add key/],
  ['exhausted', 'effect: read, exhausted: { cached: { maxAge: 30s, key: [sku] } }', '', '', true, /at most 30s/],
  ['exhausted', 'effect: write, exhausted: fail', 'broker: nats,', '', false, /comes back for ever/],
  ['observed', 'effect: read', '', '', true, /attempts_total, service=order, dependency=stock, operation=reserve/],
  ['observed', 'effect: read', 'peer: true,', '', true, /stock hears which attempt/],
  ['observed', 'effect: read', 'layers: [{ name: istio, attempts: 3 }],', '', false, /not those that istio makes/],
]

describe('answers', () => {
  test.each(ANSWERED)('%s: %s %s%s', (question, operation, depended, served, ok, text) => {
    const beside = served === '' ? [] : [stock(served)]
    expect(answer(question, caller(operation, depended), ...beside)).toEqual({ ok, text: expect.stringMatching(text) })
  })
})

describe('place in the matrix', () => {
  const placeOf = (text: string) =>
    checklist([contract(`service: order, ${text}`)]).operations.map(({ risk, urgency }) => `${risk} ${urgency}`)

  test.each([
    ['nobody says who calls it', 'depends: { s: { operations: { o: { effect: write } } } }', 'high interactive'],
    ['background work', 'depends: { s: { operations: { o: { effect: write, use: background } } } }', 'high background'],
    ['a queue', 'depends: { s: { broker: nats, operations: { o: { effect: write, risk: low } } } }', 'low background'],
    [
      'called in the background alone',
      'serves: { a: { effect: read, urgency: background, calls: { s.o: 1 } } }, depends: { s: { operations: { o: { effect: read } } } }',
      'low background',
    ],
    [
      'somebody waits for one of its callers',
      'serves: { a: { effect: read, urgency: background, calls: { s.o: 1 } }, b: { effect: read, calls: { s.o: 1 } } }, depends: { s: { operations: { o: { effect: read } } } }',
      'low interactive',
    ],
  ])('%s', (_, text, place) => expect(placeOf(text)).toEqual([place]))
})

test('a key that is derived is repeated as long as the one that it is derived from', () => {
  const first = contract(`service: shop, depends: { order: { operations: { place: { effect: write, ${KEY} } } } }`)
  const order =
    contract(`service: order, serves: { place: { effect: write, idempotency: { ttl: 24h }, calls: { stock.reserve: 1 } } },
    depends: { stock: { operations: { reserve: { effect: write, idempotency: { key: '{incoming}_r', window: 24h } } } } }`)
  expect(answer('safe', first, order, stock('idempotency: { ttl: 48h }'))).toMatchObject({ ok: true })
  expect(answer('safe', first, order, stock('idempotency: { ttl: 47h }'))).toMatchObject({ ok: false })
})

test('of two versions of a service the newer is asked', () => {
  const version = (n: number) =>
    contract(`service: order, version: ${n}, depends: { s: { operations: { o${n}: { effect: read } } } }`)
  expect(checklist([version(1), version(2)]).operations.map(({ operation }) => operation)).toEqual(['s.o2'])
})

test('each operation has the line where it stands', () => {
  expect(checklist([caller('effect: read')]).operations).toMatchObject([
    { service: 'order', operation: 'stock.reserve', file: 'truce.yaml', line: 1 },
  ])
})
