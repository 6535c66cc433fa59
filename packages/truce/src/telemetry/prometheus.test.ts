import { describe, expect, it, test } from 'vitest'
import { countersOf, type DependencyGauges, dependencyGauges } from './counters.js'
import { prometheusText } from './prometheus.js'

const idle: DependencyGauges = {
  budgetRemaining: 2.5,
  breakerState: 'half-open',
  governorLevel: 2,
  inFlight: 0,
  waiting: 0,
  concurrencyLimit: undefined,
}

/** A name, labels with escaped values, a number: what a line of the text format must be. */
const SAMPLE =
  /^truce_[a-z_]+\{([a-z_]+="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\[\\"n])*")*)\} (?:[0-9.e+-]+|\+Inf|-Inf|NaN)$/

const linesOf = (service: string) =>
  prometheusText()
    .split('\n')
    .filter((line) => line.includes(`service="${service}"`))

describe('prometheus text', () => {
  test('counters, gauges and the states of a breaker', () => {
    const counters = countersOf('prometheus-a', 'inventory', 'reserve', 'write')
    counters.calls = 3
    counters.refuse('budget')
    counters.retrySucceeded(2)
    dependencyGauges('prometheus-a', 'inventory', () => idle).breakerOpened = 4
    const operation = 'service="prometheus-a",dependency="inventory",operation="reserve",effect="write"'
    const dependency = 'service="prometheus-a",dependency="inventory"'
    expect(linesOf('prometheus-a').filter((line) => !line.includes('duration'))).toEqual([
      `truce_calls_total{${operation}} 3`,
      `truce_attempts_total{${operation}} 0`,
      `truce_first_attempt_success_total{${operation}} 0`,
      `truce_retry_attempts_total{${operation}} 0`,
      `truce_hedge_attempts_total{${operation}} 0`,
      `truce_retry_exhausted_total{${operation}} 0`,
      `truce_retry_refused_total{${operation},reason="budget"} 1`,
      `truce_retry_success_total{${operation},attempt="2"} 1`,
      `truce_dependency_timeout_total{${operation}} 0`,
      `truce_circuit_breaker_open_total{${dependency}} 4`,
      `truce_retry_budget_remaining{${dependency}} 2.5`,
      `truce_circuit_breaker_state{${dependency},state="closed"} 0`,
      `truce_circuit_breaker_state{${dependency},state="shedding"} 0`,
      `truce_circuit_breaker_state{${dependency},state="open"} 0`,
      `truce_circuit_breaker_state{${dependency},state="half-open"} 1`,
      `truce_governor_level{${dependency}} 2`,
      `truce_waiting{${dependency}} 0`,
      `truce_in_flight{${operation}} 0`,
    ])
  })

  test('histograms: cumulative, in seconds, one bucket an octave, +Inf is the count', () => {
    const counters = countersOf('prometheus-b', 'inventory', 'stock')
    for (const ms of [0.05, 1.5, 1.6, 100, 1e9]) counters.attemptTook(ms)
    const lines = linesOf('prometheus-b').filter((line) => line.startsWith('truce_attempt_duration_seconds'))
    const buckets = lines.filter((line) => line.includes('_bucket{'))
    const bounds = buckets.map((line) => /le="([^"]+)"\} (\d+)/.exec(line)?.slice(1))
    expect(bounds).toHaveLength(28)
    expect(bounds.slice(0, 6)).toEqual([
      ['0.0001', '1'],
      ['0.0002', '1'],
      ['0.0004', '1'],
      ['0.0008', '1'],
      ['0.0016', '3'],
      ['0.0032', '3'],
    ])
    expect(bounds.at(-2)).toEqual(['6710.8864', '4'])
    expect(bounds.at(-1)).toEqual(['+Inf', '5'])
    expect(lines.slice(-2).map((line) => line.replace(/\{.*\}/, ''))).toEqual([
      'truce_attempt_duration_seconds_sum 1000000.10315',
      'truce_attempt_duration_seconds_count 5',
    ])
  })

  it('escapes names', () => {
    countersOf('prometheus-c', 'a "quoted"\\path\nname', 'stock').calls = 1
    expect(linesOf('prometheus-c')[0]).toContain(String.raw`dependency="a \"quoted\"\\path\nname"`)
  })

  it('is valid: HELP and TYPE once before each name’s samples, every line well-formed, no series twice', () => {
    countersOf('prometheus-d', 'inventory', 'stock').attemptTook(3)
    dependencyGauges('prometheus-d', 'inventory', () => ({
      ...idle,
      budgetRemaining: Number.POSITIVE_INFINITY,
      concurrencyLimit: 50,
    }))
    const text = prometheusText()
    expect(text.endsWith('\n')).toBe(true)
    const series = new Set<string>()
    const families: string[] = []
    for (const line of text.slice(0, -1).split('\n')) {
      if (line.startsWith('# HELP ')) families.push(line.split(' ')[2] as string)
      else if (line.startsWith('# TYPE ')) expect(line.split(' ')[2]).toBe(families.at(-1))
      else {
        expect(line).toMatch(SAMPLE)
        const name = line.slice(0, line.indexOf('{'))
        expect([
          families.at(-1),
          `${families.at(-1)}_bucket`,
          `${families.at(-1)}_sum`,
          `${families.at(-1)}_count`,
        ]).toContain(name)
        const id = line.slice(0, line.lastIndexOf(' '))
        expect(series).not.toContain(id)
        series.add(id)
      }
    }
    expect(new Set(families).size).toBe(families.length)
    expect(text).toContain('truce_retry_budget_remaining{service="prometheus-d",dependency="inventory"} +Inf')
  })
})
