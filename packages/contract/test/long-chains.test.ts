import { describe, expect, it } from 'vitest'
import { findAll } from '../src/amplification/rows.js'
import { check, type CheckResult } from '../src/check/index.js'
import { buildGraph } from '../src/graph/build.js'
import { contractsOf } from './given.js'

interface Link {
  readonly call?: string
  readonly dependency?: string
  readonly key?: boolean
}

/** `s0.x` calls `s1.x`, and so on to the last. */
function chain(services: number, linkOf: (n: number) => Link = () => ({})) {
  const document = (n: number) => {
    const { call = 'attempts: 1', dependency = '', key = false } = linkOf(n)
    const effect = key ? 'write' : 'read'
    const calls = n < services - 1 ? `, calls: { s${n + 1}.x: 1 }` : ''
    const serves = `serves: { x: { effect: ${effect}${key ? ', idempotency: { key: required, ttl: 1h }' : ''}${calls} } }`
    const sent = key ? ", idempotency: { key: '{incoming}_x', window: 1h }" : ''
    const operation = `x: { effect: ${effect}, ${call}${sent}, exhausted: ${key ? 'pending' : 'fail'} }`
    const depends = n < services - 1 ? `, depends: { s${n + 1}: { ${dependency} operations: { ${operation} } } }` : ''
    return `{ truce: 1, service: s${n}, ${serves}${depends} }`
  }
  return contractsOf(...Array.from({ length: services }, (_, n) => document(n)))
}

const LONG = 4_000

/** What somebody has to read, or a disk to hold. */
const longest = ({ findings }: CheckResult) => Math.max(...findings.map(({ message }) => message.length))

describe('a chain of thousands of services', { timeout: 60_000 }, () => {
  it.each([900, LONG])('of %i has a row for each operation, none longer than 64 entries', (services) => {
    const { amplification, ok } = check(chain(services, (n) => (n === 500 ? { call: 'attempts: 4' } : {})))
    expect([ok, amplification.length]).toEqual([true, services - 1])
    expect(Math.max(...amplification.map(({ path }) => path.length))).toBe(64)
    const last = amplification.find(({ to }) => to === `s${services - 1}.x`)
    expect(last).toMatchObject({ from: 's0.x', worst: 4, leftOut: services - 63, paths: 1 })
    expect(last?.path.slice(31, 33)).toEqual(['s31.x', `… ${services - 63} left out …`])
    expect(last?.path.at(-1)).toBe(`s${services - 1}.x`)
  })

  it('that all repeat is told in messages that can be read, with the layers that multiply', () => {
    const deaf = { call: 'attempts: 3, attemptTimeout: 1s, deadline: 5s' }
    const result = check(chain(LONG, () => deaf))
    const amplified = result.findings.filter(({ rule }) => rule === 'amplification')
    expect([amplified.length, longest(result) < 2_000]).toEqual([LONG - 2, true])
    expect(amplified.find(({ about }) => about === 's3.x')?.message).toContain(
      '27 attempts: 3 by s0 × 3 by s1 × 3 by s2;',
    )
    expect(amplified.find(({ about }) => about === 's3000.x')?.message).toMatch(
      /costs it countless attempts: 3 by s0 × .* × 3 by s30 × 2938 more layers × 3 by s2969 × .* × 3 by s2999;/,
    )
  })

  it('names the one layer that multiplies, wherever it stands', () => {
    const result = check(
      chain(LONG, (n) =>
        n === 2_000 ? { call: 'attempts: 3', dependency: 'layers: [{ name: istio, attempts: 3 }],' } : {},
      ),
    )
    const last = result.findings.find(({ rule, about }) => rule === 'amplification' && about === `s${LONG - 1}.x`)
    expect(last?.message).toContain('costs it 9 attempts: 3 by s2000 × 3 by istio;')
    expect(last?.fix).toMatch(/^Switch the retries of istio off.* in 2001\.yaml\.$/)
  })

  it('that derives keys from keys has chains of as many entries, and the sum of all windows', () => {
    const result = check(chain(LONG, () => ({ key: true })))
    expect(Math.max(...result.windows.map(({ chain: names }) => names.length))).toBe(64)
    expect(result.windows.at(-1)).toMatchObject({ window: (LONG - 1) * 3_600_000, leftOut: LONG - 63 })
    expect(longest(result)).toBeLessThan(2_000)
  })

  it('that ends where it begins is a circle of which the ends are told', () => {
    const circle = Array.from({ length: LONG }, (_, n) => {
      const next = `s${(n + 1) % LONG}`
      return `{ truce: 1, service: s${n}, serves: { x: { effect: read, calls: { ${next}.x: 1 } } }, depends: { ${next}: { operations: { x: { effect: read, attempts: 1 } } } } }`
    })
    const result = check(contractsOf(...circle))
    expect(result.findings).toMatchObject([
      { rule: 'cycle', fix: expect.stringContaining(`one of these ${LONG} calls`) },
    ])
    expect(longest(result)).toBeLessThan(2_000)
  })
})

describe('paths that are summed', () => {
  it('are shown as those that are walked, publishes and foreign layers on the way', () => {
    const links: readonly Link[] = [
      {},
      { call: 'attempts: 2' },
      { call: 'use: background, attempts: 5', dependency: 'broker: nats,' },
      { call: 'attempts: 3, attemptTimeout: 1ms' },
      { dependency: 'layers: [{ name: istio, attempts: 2 }],' },
    ]
    const graph = buildGraph(chain(120, (n) => links[(n * n) % links.length] ?? {}))
    const rows = (most: number) =>
      findAll(graph, most).flatMap((each) =>
        each.rows.toSorted((a, b) => a.path.length - b.path.length || (a.leftOut ?? 0) - (b.leftOut ?? 0)),
      )
    expect(rows(0)).toEqual(rows(1_000))
  })
})

describe('services that all call each other', { timeout: 60_000 }, () => {
  it('have each circle told, by its shortest way', () => {
    const services = 60
    const all = Array.from({ length: services }, (_, n) => n)
    const documents = all.map((n) => {
      const others = all.filter((each) => each !== n)
      return JSON.stringify({
        truce: 1,
        service: `s${n}`,
        serves: { x: { effect: 'read', calls: Object.fromEntries(others.map((each) => [`s${each}.x`, 1])) } },
        depends: Object.fromEntries(
          others.map((each) => [`s${each}`, { operations: { x: { effect: 'read', attempts: 1 } } }]),
        ),
      })
    })
    const { findings } = check(contractsOf(...documents))
    expect(findings).toHaveLength((services * (services - 1)) / 2)
    expect(findings.every(({ rule, fix }) => rule === 'cycle' && fix.includes('one of these 2 calls'))).toBe(true)
  })
})
