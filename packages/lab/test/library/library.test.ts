import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { libraryFile, libraryNames } from '../../src/library/library.js'
import { loadScenario } from '../../src/scenario/load.js'
import { simulate } from '../../src/simulate.js'

const own = libraryNames().filter((name) => !name.startsWith('ladder/'))

function resultOf(name: string, only: readonly string[]) {
  const { scenario } = loadScenario(libraryFile(name) ?? name)
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`)
  const strategies = scenario.strategies.filter((strategy) => only.includes(strategy.name))
  return simulate({ ...scenario, strategies }).result.strategies
}

test('the situations of the field are there, and the ladder', () => {
  expect(own).toEqual([
    'capacity-loss',
    'errors-20-to-40',
    'lost-answers',
    'many-callers-at-once',
    'pool-exhaustion',
    'queue-backlog',
    'rolling-restart',
    'slow-not-dead',
    'sustained-partial-latency',
    'synchronized-recovery',
    'three-layers',
  ])
  expect(libraryNames()).toHaveLength(own.length + 47)
})

test.each(['../package', 'ladder/../lost-answers', '/etc/passwd', 'nothing', ''])('%j is no name of it', (name) => {
  expect(libraryFile(name)).toBeUndefined()
})

test.each(own)('%s can be read, and says what it shows and where its figures come from', (name) => {
  const file = libraryFile(name) ?? ''
  expect(loadScenario(file).problems).toEqual([])
  const text = readFileSync(file, 'utf8')
  const header = text.slice(0, text.indexOf('simulate:'))
  expect(header).toMatch(/^# Shows: /m)
  expect(header).toMatch(/^# Figures: /m)
})

describe('what their headers say', { timeout: 60_000 }, () => {
  test('three layers of three attempts are 27 attempts below, marked ones 3, budgets hardly more than one', () => {
    const all = resultOf('three-layers', ['none', 'three-each', 'marked', 'truce'])
    const { succeeded, failed } = all['none'] ?? { succeeded: Number.NaN, failed: Number.NaN }
    // While it is up a call is one attempt; the rest is what the calls of the outage cost.
    const ofOutage = (name: string) =>
      ((all[name]?.dependencies['warehouse']?.attempts ?? Number.NaN) - succeeded) / failed
    expect(ofOutage('three-each')).toBeCloseTo(27, 0)
    expect(ofOutage('marked')).toBeCloseTo(3, 0)
    expect(ofOutage('truce')).toBeLessThan(1.2)
  })

  test('lost answers: blind repeats of writes without keys take effect twice, ours do not', () => {
    const { blind, truce, none } = resultOf('lost-answers', ['none', 'blind', 'truce'])
    expect(blind?.duplicates).toBeGreaterThan(500)
    expect(truce?.duplicates).toBe(0)
    expect(truce?.finalSuccess).toBeGreaterThan(none?.finalSuccess ?? 1)
  })

  test('an exhausted pool is as before when the database is', () => {
    const { none } = resultOf('pool-exhaustion', ['none'])
    expect(none?.finalSuccess).toBeLessThan(0.99)
    expect(none?.recoveredAfterMs).toBeLessThanOrEqual(1_000)
  })

  test('a backlog: in the usual way it never ends, under the governor within seconds', () => {
    const { none, backoff, truce } = resultOf('queue-backlog', ['none', 'backoff', 'truce'])
    expect(backoff?.recoveredAfterMs).toBeNull()
    expect(none?.recoveredAfterMs).toBeGreaterThan(10_000)
    expect(truce?.recoveredAfterMs).toBeLessThan(6_000)
  })

  test('synchronized recovery: minutes without jitter, seconds with it', () => {
    const all = resultOf('synchronized-recovery', ['no-jitter', 'equal-jitter-4s'])
    const afterOutage = (name: string) => (all[name]?.p99Ms ?? Number.NaN) - 15_000
    expect(afterOutage('no-jitter')).toBeGreaterThan(60_000)
    expect(afterOutage('equal-jitter-4s')).toBeLessThan(5_000)
  })

  test('a rolling restart is not noticed with one more attempt', () => {
    const { none, truce } = resultOf('rolling-restart', ['none', 'truce'])
    expect(none?.finalSuccess).toBeLessThan(0.95)
    expect(truce?.finalSuccess).toBeGreaterThan(0.99)
  })
})
