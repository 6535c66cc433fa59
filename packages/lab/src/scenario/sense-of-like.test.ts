import { expect, test } from 'vitest'
import { parseScenario } from './load.js'

const parsed = (strategy: string) =>
  parseScenario(
    `simulate: 1
name: a model
for: 1s
dependencies: { server: { workers: 1, service: { kind: constant, value: 1ms } } }
callers: { caller: { arrivals: { open: 1/s }, calls: server.read } }
strategies:
  one: ${strategy}
`,
    'model.yaml',
  )

const problemsOf = (strategy: string) =>
  parsed(strategy).problems.map(({ line, path, message, fix }) => `${line} ${path}: ${message}; ${fix}`)

test.each([
  ['{ like: finagel }', '7 strategies.one.like: there is no model finagel; did you mean finagle?'],
  ['{ like: finagle, settings: { ration: 0.1 } }', 'finagle has no setting ration; did you mean ratio?'],
  ['{ like: none, settings: { wait: 1 } }', 'none has no setting wait; it has none'],
  ['{ like: fixed, settings: { wait: -1 } }', 'wait is -1; give a number of at least 0'],
  ['{ like: fixed, use: baseline }', "fixed has no use of Truce's; leave use out, or leave out like"],
  ['{ like: truce, settings: { ratio: 1 } }', 'settings go with a model'],
  ['{ settings: { ratio: 1 } }', 'settings go with a model'],
  ['{ like: constructor }', 'there is no model constructor'],
])('%s', (strategy, message) => {
  const problems = problemsOf(strategy)
  expect(problems).toHaveLength(1)
  expect(problems[0]).toContain(message)
})

test('a model has its own attempts, timeout and classes, and the scenario may change them', () => {
  const read = (strategy: string) => parsed(strategy).scenario?.strategies[0]
  expect(read('{ like: opossum }')).toMatchObject({ attempts: 1, attemptTimeout: 10_000 })
  expect(read('{ like: grpc }')?.retryOn).toEqual(new Set(['unavailable']))
  const told = read('{ like: grpc, attempts: 2, attemptTimeout: 1s, retryOn: [timeout] }')
  expect(told).toMatchObject({ attempts: 2, attemptTimeout: 1_000, retryOn: new Set(['timeout']) })
})
