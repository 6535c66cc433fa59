import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadScenario } from '../scenario/load.js'
import { documentOf } from './document.js'
import { FIRST_LIST, LADDER, SECOND_LIST } from './table.js'

const folder = new URL('../../scenarios/ladder/', import.meta.url)

test('31 storms and 16 more, each with a file and a name of its own', () => {
  expect([FIRST_LIST.length, SECOND_LIST.length]).toEqual([31, 16])
  expect(new Set(LADDER.map(({ called }) => called)).size).toBe(47)
  expect(readdirSync(folder).toSorted()).toEqual(LADDER.map(({ name }) => `${name}.yaml`).toSorted())
})

test.each(LADDER.map((storm) => [storm.name, storm] as const))(
  '%s: the file says what the table says',
  (name, storm) => {
    const text = readFileSync(new URL(`${name}.yaml`, folder), 'utf8')
    expect(text).toBe(documentOf(storm))
  },
)

test.each(LADDER.map(({ name }) => name))('%s is a scenario, and its faults end within it', (name) => {
  const { scenario, problems } = loadScenario(new URL(`${name}.yaml`, folder).pathname)
  expect(problems).toEqual([])
  expect(scenario?.strategies.map((strategy) => strategy.name)).toEqual(['none', 'naive', 'backoff', 'truce'])
  const ends = scenario?.dependencies.flatMap(({ faults }) => faults.map(({ until }) => until)) ?? []
  expect(Math.max(0, ...ends)).toBeLessThanOrEqual(scenario?.durationMs ?? 0)
})

test('a storm says what is different, and the rest is as ever', () => {
  const { scenario } = loadScenario(new URL('b2-frozen-at-95.yaml', folder).pathname)
  expect(scenario).toMatchObject({
    durationMs: 90_000,
    dependencies: [{ workers: 20, queue: 1_000, deadlines: false, admission: undefined }],
    callers: [{ instances: 20, arrivals: { kind: 'open', rates: [{ at: 0, rate: 380 }] } }],
  })
  const service = scenario?.dependencies[0]?.service
  expect(service).toMatchObject({ kind: 'lognormal', p50: 44.1, p99: 141.2 })
})
