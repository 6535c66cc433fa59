import { expect, test } from 'vitest'
import { parseDocument } from './parse.js'

/** One operation of a document that is right but for it. */
const operation = (fields: string) => `truce: 1
service: order-api
depends:
  inventory:
    operations:
      reserve: { effect: write, ${fields} }
`
const dependency = (fields: string) => `truce: 1
service: order-api
depends:
  inventory: { ${fields} }
`
const top = (fields: string) => `truce: 1
service: order-api
${fields}
`

/** What is written, where the problem stands, its path, what is said of it, and what is advised. */
const table: [text: string, at: string, path: string, message: string, fix: string][] = [
  [operation('atempts: 3'), '6:33', 'reserve.atempts', 'has no field "atempts"', 'did you mean attempts?'],
  [operation('Attempts: 3'), '6:33', 'reserve.Attempts', 'no field', 'did you mean attempts?'],
  [operation('attempts: "3"'), '6:43', 'reserve.attempts', 'is "3"', 'write 3 without quotes'],
  [operation('attempts: 0'), '6:43', 'attempts', 'a whole number of at least 1', 'attempts: 3'],
  [operation('attempts: 1.5'), '6:43', 'attempts', 'a whole number', 'attempts: 3'],
  [operation('attempts:'), '6:33', 'attempts', 'is empty', 'attempts: 3'],
  [operation('deadline: 3 s'), '6:43', 'deadline', '800ms, 2s, 5m, 72h', 'deadline: 1400ms'],
  [operation('deadline: 0s'), '6:43', 'deadline', 'more than 0', 'deadline: 1400ms'],
  [operation('deadline: 3d'), '6:43', 'deadline', '800ms, 2s, 5m, 72h', 'deadline: 1400ms'],
  [operation('deadline: [3s]'), '6:33', 'deadline', 'is a list', 'deadline: 1400ms'],
  [operation('timeout: 3s'), '6:33', 'timeout', 'no field', 'attemptTimeout (one attempt) or deadline'],
  [operation('retries: 3'), '6:33', 'retries', 'no field', 'attempts, which is retries + 1'],
  [operation('use: interactve'), '6:38', 'use', 'interactive, baseline', 'did you mean interactive?'],
  [operation('retryOn: [timout]'), '6:43', 'retryOn[0]', 'is "timout"', 'did you mean timeout?'],
  [operation('backoff: { jitter: some }'), '6:52', 'backoff.jitter', 'full, equal', 'jitter: full'],
  [operation('hedge: { max: 1 }'), '6:33', 'hedge.after', 'does not say its after', 'after: 100ms'],
  [operation('idempotency: { key: order }'), '6:53', 'idempotency.key', 'at least one place', "key: '{incoming}_line_"],
  [operation('budget: none'), '6:33', 'budget', 'no field', 'did you mean budget under depends.inventory?'],
  [dependency('attempts: 3'), '4:16', 'attempts', 'no field', 'under depends.inventory.operations.NAME?'],
  [
    dependency('reserve: { effect: write }'),
    '4:16',
    'reserve',
    'no field',
    'reserve under depends.inventory.operations?',
  ],
  [dependency('operations: { a: {} }'), '4:30', 'operations.a.effect', 'does not say its effect', 'effect: write'],
  [dependency('budget: { ratio: 20 }'), '4:33', 'budget.ratio', 'a share', 'ratio: 0.2'],
  [dependency('budget: { ratio: 120% }'), '4:33', 'budget.ratio', 'a share', 'ratio: 0.2'],
  [dependency('layers: [{ name: istio }]'), '4:25', 'layers[0].attempts', 'does not say', 'attempts: 3'],
  [dependency('governor: on'), '4:26', 'governor', 'allowed: none', 'governor: none'],
  [
    top('serves: { a: { effect: write, ttl: 3h } }'),
    '3:31',
    'serves.a.ttl',
    'no field',
    'ttl under serves.a.idempotency?',
  ],
  [top('serves: { a: { effect: write, calls: { b: 1 } } }'), '3:40', 'calls.b', 'no name', 'DEPENDENCY.OPERATION'],
  [top('versoin: 3'), '3:1', 'versoin', 'a contract has no field', 'did you mean version?'],
  [top('attempts: 3'), '3:1', 'attempts', 'no field', 'under depends.NAME.operations.NAME?'],
  [top('depends: { order api: {} }'), '3:12', 'depends.order api', 'is no name', 'letters, digits'],
  [
    top('limits: { amplification: .inf }'),
    '3:26',
    'limits.amplification',
    'a number of at least 1',
    'amplification: 6',
  ],
  ['truce: 2\nservice: a', '1:8', 'truce', 'allowed: 1', 'truce: 1'],
  ['truce: 1', '1:1', 'service', 'does not say its service', 'service: order-api'],
  ['[]', '1:1', '', 'the document is an empty list', 'truce: 1'],
  ['hello', '1:1', '', 'the document is "hello"', 'truce: 1'],
]

test.each(table)('%s', (text, at, path, message, fix) => {
  const { contract, problems } = parseDocument(text, 'truce.yaml')
  expect(contract).toBeUndefined()
  expect(problems.map(({ line, column }) => `${line}:${column}`)).toContain(at)
  const problem = problems.find(({ line, column }) => `${line}:${column}` === at)
  expect(problem).toMatchObject({ file: 'truce.yaml' })
  expect(`.${problem?.path}`).toContain(path)
  expect(problem?.message).toContain(message)
  expect(problem?.fix).toContain(fix)
})

test('all problems are told at once, from top to bottom', () => {
  const { problems } = parseDocument('servce: a\ntruce: 1\ndepends:\n  x: { pear: true }\n', 'truce.yaml')
  expect(problems.map(({ line, path }) => `${line} ${path}`)).toEqual(['1 servce', '1 service', '4 depends.x.pear'])
})

test('the same document in JSON has its problems in the same places', () => {
  const json = '{\n\t"truce": 1,\n\t"service": "order-api",\n\t"depends": { "inventory": { "pear": true } }\n}'
  const { problems } = parseDocument(json, 'truce.json')
  expect(problems).toMatchObject([{ line: 4, column: 30, fix: 'did you mean peer?' }])
})
