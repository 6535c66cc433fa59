/**
 * Documents: what is accepted, what it becomes, and what is said where it is wrong.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Schema } from '@truce/contract/document'
import { Ajv } from 'ajv'
import { describe, expect, onTestFinished, test } from 'vitest'
import { estimate, loadScenario, parseScenario, simulate } from '@truce/lab'
import { DETECTOR, PRESETS } from 'truce/policy'
import { jsonSchema } from '../src/schema/document.js'
import { given } from './given.js'

const shipped = JSON.parse(readFileSync(new URL('../schema/simulation.schema.json', import.meta.url), 'utf8')) as Schema
const ajv = () => new Ajv({ strict: true, allowUnionTypes: true })

const LEAST = `
simulate: 1
name: least
for: 10s
dependencies:
  api: { workers: 1, service: { kind: constant, value: 1ms } }
callers: { all: { arrivals: { open: 1/s }, calls: api.get } }
strategies: { none: {} }
`
const STORM = readFileSync(new URL('storm.yaml', import.meta.url), 'utf8')

describe('the schema', () => {
  test('that is shipped is what the source makes: npm run lab:schema', () => {
    expect(shipped).toEqual(JSON.parse(JSON.stringify(jsonSchema())))
  })

  test('says of every field what it is, with an example that it allows', () => {
    const check = ajv()
    const look = (of: Schema, where: string): void => {
      for (const [name, field] of Object.entries(of.properties ?? {})) {
        expect(field.description?.trim(), `${where}.${name}`).toMatch(/^\S.*[.?]/)
        expect(field.examples?.length, `${where}.${name} has no example`).toBeGreaterThan(0)
        for (const each of field.examples ?? []) expect(check.validate(field, each), `${where}.${name}`).toBe(true)
        look(field, `${where}.${name}`)
      }
      for (const each of of.anyOf ?? []) look(each, where)
      if (of.items !== undefined) look(of.items, `${where}[]`)
      if (typeof of.additionalProperties === 'object') look(of.additionalProperties, `${where}.NAME`)
    }
    look(shipped, '')
  })
})

describe('what a document becomes', () => {
  test('one that says the least', () => {
    const { seed, durationMs, dependencies, callers, strategies } = given(LEAST)
    expect([seed, durationMs]).toEqual([1, 10_000])
    expect(dependencies[0]).toMatchObject({ queue: 1_000, deadlines: false, instances: 1, faults: [], calls: [] })
    expect(callers[0]).toMatchObject({
      instances: 1,
      dependency: 0,
      operation: 'get',
      effect: 'read',
      idempotent: false,
    })
    expect(strategies[0]).toMatchObject({
      like: 'truce',
      attempts: 1,
      attemptTimeout: Infinity,
      backoff: null,
      budget: null,
      governor: false,
      breaker: null,
    })
  })

  test.each(['interactive', 'baseline', 'background'] as const)('use: %s is the preset, with all its parts', (use) => {
    const [strategy] = given(LEAST.replace('none: {}', `tried: { use: ${use} }`)).strategies
    const { attempts, backoff, attemptTimeout, deadline, background } = PRESETS[use]
    expect(strategy).toMatchObject({ attempts, backoff, attemptTimeout, deadline, background, governor: true })
    expect(strategy?.budget).toEqual({ ratio: 0.5, max: Infinity, floor: 0 })
    expect(strategy?.breaker?.settings).toMatchObject({
      rule: { failureRate: DETECTOR.failureRate, openRate: DETECTOR.openRate },
      cooldown: DETECTOR.cooldown,
      cooldownMax: DETECTOR.cooldownMax,
      closeAfter: DETECTOR.closeAfter,
      ramp: DETECTOR.ramp,
    })
  })

  test('a breaker that is asked for has both zones', () => {
    const [strategy] = given(LEAST.replace('none: {}', 'tried: { breaker: { window: 5s } }')).strategies
    expect(strategy?.breaker?.settings.rule).toMatchObject({ window: 5_000, failureRate: 0.5, openRate: 0.8 })
  })

  test('a fault that says several things is several faults', () => {
    const { faults } = given(STORM).dependencies[0] ?? { faults: [] }
    expect(faults.map(({ kind }) => kind.is)).toEqual(['down', 'errors', 'slow', 'slow', 'workers', 'lost'])
    expect(faults[3]).toEqual({ at: 240_000, until: 300_000, share: 0.2, kind: { is: 'slow', times: 50 } })
  })
})

/** What is written instead of what, where it is, what is said, and what to do. */
test.each<[string, string, string, string, string]>([
  ['a misspelt field', 'workers: 1', 'workers: 1, queu: 3', '6:22', 'did you mean queue?'],
  ['a word of others', 'for: 10s', 'for: 10s\nduration: 5s', '5:1', 'here it is for'],
  ['an impossible number', 'workers: 1', 'workers: 0', '6:19', 'workers: 40'],
  ['a wrong unit', 'for: 10s', 'for: 10 parsecs', '4:6', 'for: 10m'],
  ['nobody', '{ all: { arrivals: { open: 1/s }, calls: api.get } }', '{}', '7:1', 'write at least one caller'],
  ['an unknown dependency', 'api.get', 'apis.get', '7:44', 'did you mean api?'],
  ['a distribution without its number', ', value: 1ms', '', '6:22', 'constant, value: 20ms'],
  ['two ways to arrive', 'open: 1/s', 'open: 1/s, closed: 1, think: 1s', '7:19', 'say one of closed, open, recorded'],
  ['callers without a pause', 'open: 1/s', 'closed: 1', '7:19', 'write think: 1s, or once: true'],
  ['a think that nobody has', 'open: 1/s', 'open: 1/s, think: 1s', '7:42', 'write closed: 1'],
  ['a fault that is none', '1ms }', '1ms }, faults: [{ at: 1s, for: 1s }]', '6:72', 'say one of down, frozen'],
  [
    'a hang of nothing',
    '1ms }',
    '1ms }, faults: [{ at: 1s, for: 1s, hang: true, slow: 2 }]',
    '6:91',
    'down: true, hang: true',
  ],
  ['a call of itself', '1ms }', '1ms }, calls: { api: {} }', '6:72', 'leave one of these calls out'],
  [
    'more to close than probes',
    'none: {}',
    'none: { breaker: { probes: 2, closeAfter: 3 } }',
    '8:45',
    'at most as many',
  ],
  ['settings of no model', 'none: {}', 'none: { settings: { ratio: 1 } }', '8:23', 'name the model'],
  ['a model that there is not', 'none: {}', 'none: { like: finagel }', '8:23', 'did you mean finagle'],
  ['an empty document', LEAST, '', '1:1', 'write at least'],
])('%s', (_, from, to, place, fix) => {
  const { scenario, problems } = parseScenario(LEAST.replace(from, to), 'storm.yaml')
  expect(scenario).toBeUndefined()
  const [first] = problems
  expect(`${first?.line}:${first?.column}`).toBe(place)
  expect(first?.file).toBe('storm.yaml')
  expect(first?.fix).toContain(fix)
})

describe('recorded arrivals', () => {
  const written = (lines: string) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'truce-lab-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(path.join(folder, 'attempts.jsonl'), lines)
    const file = path.join(folder, 'storm.yaml')
    writeFileSync(file, LEAST.replace('open: 1/s', 'recorded: attempts.jsonl'))
    return loadScenario(file)
  }
  const record = (t: number, attempt: number, instance: string, more = '') =>
    `{ "v": 1, "side": "client", "t": ${t}, "attempt": ${attempt}, "instance": "${instance}", "dependency": "api", "operation": "get"${more} }\n`

  test('are the originals, also refused ones, from the first on, each by its instance', () => {
    const others = `${record(5, 1, 'a').replace('client', 'server')}${record(6, 1, 'a').replace('"get"', '"put"')}`
    const { scenario } = written(
      `${record(2_000, 1, 'b')}${record(1_000, 1, 'a')}${record(1_500, 2, 'a')}${record(2_500, 0, 'a')}${others}`,
    )
    const [callers] = scenario?.callers ?? []
    expect(callers?.instances).toBe(2)
    expect(callers?.arrivals).toEqual({
      kind: 'recorded',
      at: Float64Array.of(0, 1_000, 1_500),
      instances: Int32Array.of(0, 1, 0),
    })
    if (scenario === undefined) throw new Error('no scenario')
    expect(simulate(scenario).result.strategies['none']?.calls).toBe(3)
  })

  test.each([
    ['', 'name the operation that it records'],
    ['{', 'write one JSON object a line'],
  ])('a log that says nothing: %j', (lines, fix) => {
    const { problems } = written(lines)
    expect(problems[0]).toMatchObject({
      line: 7,
      path: 'callers.all.arrivals.recorded',
      fix: expect.stringContaining(fix),
    })
  })

  test('a log that is not there', () => {
    const { problems } = parseScenario(LEAST.replace('open: 1/s', 'recorded: none.jsonl'), 'storm.yaml')
    expect(problems[0]?.message).toContain('cannot be read')
  })
})

describe('an estimate', () => {
  test('is of the right size', () => {
    const scenario = given(STORM)
    const { events } = estimate(scenario)
    const real = simulate(scenario).result.events
    expect(events / real).toBeGreaterThan(0.5)
    expect(events / real).toBeLessThan(5)
    expect(estimate(scenario)).toMatchObject({ callers: 400, impossible: false, unreasonable: false })
  })

  test.each([
    [
      'a billion callers',
      STORM.replace('instances: 400', 'instances: 1000000000'),
      { impossible: true, unreasonable: true },
    ],
    [
      'more memory than is sensible',
      STORM.replace('instances: 400', 'instances: 2000000'),
      { impossible: false, unreasonable: true },
    ],
    ['a rate with too many zeros', LEAST.replace('1/s', '1000000000/s'), { impossible: false, unreasonable: true }],
    ['a century', LEAST.replace('for: 10s', 'for: 876000h'), { impossible: false, unreasonable: true }],
  ])('says so of %s', (_, text, expected) => expect(estimate(given(text))).toMatchObject(expected))

  test('what cannot be named is not begun', () => {
    expect(() => simulate(given(STORM.replace('instances: 400', 'instances: 1000000000')))).toThrow(RangeError)
    expect(() => simulate(given(LEAST), { seeds: 0 })).toThrow('at least 1')
  })
})
