import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arrivals } from '../../src/amplification/headroom.js'
import { findAll, LISTED } from '../../src/amplification/rows.js'
import { walk } from '../../src/amplification/walk.js'
import { check } from '../../src/check/index.js'
import { buildGraph } from '../../src/graph/build.js'
import { contractsOf } from '../given.js'
import { fleetOf, plans } from './fleet.js'

const totals = (found: ReturnType<typeof findAll>) =>
  found.map(({ start, totals: all }) => [start.name, all.toSorted(byTo)])

const byTo = (one: { readonly to: string }, other: { readonly to: string }) => (one.to < other.to ? -1 : 1)

describe('sums over all paths', () => {
  it('are what the paths one by one sum to', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const graph = buildGraph(fleetOf(plan))
        expect(totals(findAll(graph, 0))).toEqual(totals(findAll(graph, Number.POSITIVE_INFINITY)))
      }),
      { numRuns: 150 },
    )
  })

  it('come with the path that is the costliest of them', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const graph = buildGraph(fleetOf(plan))
        const each = findAll(graph, Number.POSITIVE_INFINITY)
        for (const [at, { rows }] of findAll(graph, 0).entries()) {
          for (const { to, path } of rows) {
            const all = each[at]?.rows.filter((row) => row.to === to) ?? []
            const own = all.filter((row) => row.path.join() === path.join()).map(({ outage }) => outage)
            expect(own).toContain(Math.max(...all.map(({ outage }) => outage)))
          }
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('arrivals while an operation is down', () => {
  it('are rate × f × min(outage ÷ f, 1 + ratio), path by path', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const graph = buildGraph(fleetOf(plan))
        const expected = new Map<string, number>()
        for (const start of graph.starts) {
          const rate = start.action?.served.rate
          if (rate === undefined) continue
          for (const { edge, outage, fan } of walk(start, Number.POSITIVE_INFINITY) ?? []) {
            const { budget } = edge.depended
            const most = budget === 'none' ? Number.POSITIVE_INFINITY : 1 + budget.ratio
            expected.set(edge.name, (expected.get(edge.name) ?? 0) + rate * fan * Math.min(outage / fan, most))
          }
        }
        for (const [node, callers] of arrivals(graph)) {
          const sum = callers.reduce((all, { attempts }) => all + attempts, 0)
          expect(sum).toBeCloseTo(expected.get(node.name) ?? 0, 6)
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('a start with too many paths to list', () => {
  /** Every operation of a layer calls all of the next one. */
  const complete = (layers: number, width: number) =>
    contractsOf(
      ...Array.from({ length: layers }, (_, layer) => {
        const names = Array.from({ length: width }, (__, n) => `x${n}`)
        const calls = Object.fromEntries(names.map((name) => [`s${layer + 1}.${name}`, 1]))
        const operation = { effect: 'read', attempts: 3, attemptTimeout: 100, exhausted: 'fail' }
        return JSON.stringify({
          truce: 1,
          service: `s${layer}`,
          serves: Object.fromEntries(names.map((name) => [name, { effect: 'read', calls }])),
          depends: { [`s${layer + 1}`]: { operations: Object.fromEntries(names.map((name) => [name, operation])) } },
        })
      }),
    )

  it('lists the costliest path to each operation, with the number of paths and their sums', () => {
    const { amplification } = check(complete(5, 10))
    const deepest = amplification.find(({ from, to }) => from === 's0.x0' && to === 's5.x0')
    expect(deepest).toMatchObject({ paths: 10 ** 4, worst: 10 ** 4 * 3 ** 5, outage: 10 ** 4 * 3 ** 5 })
    expect(deepest?.path).toHaveLength(6)
    expect(amplification).toHaveLength(10 * 50)
  })

  it('lists each where there are a thousand', () => {
    const { amplification } = check(complete(3, 9))
    const own = amplification.filter(({ from }) => from === 's0.x0')
    expect(own).toHaveLength(9 + 81 + 729)
    expect(own.length).toBeLessThanOrEqual(LISTED)
    expect(own.every(({ paths }) => paths === 1)).toBe(true)
  })
})
