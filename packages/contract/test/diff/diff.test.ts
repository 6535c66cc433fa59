import { describe, expect, test } from 'vitest'
import { type Contract, diff, DIFF_RULES } from '../../src/index.js'
import { EXAMPLES } from './changes.js'
import { contractOf, documentWith } from './documents.js'

/** What `diff` says of a change under one rule. */
function verdicts(rule: string, from: Contract, to: Contract): string[] {
  const { breaking, compatible } = diff(from, to)
  const of = (changes: typeof breaking, verdict: string) =>
    changes.filter((change) => change.rule === rule).map(() => verdict)
  return [...new Set([...of(breaking, 'breaks'), ...of(compatible, 'compatible')])]
}

describe('a change and its reverse', () => {
  test.each(EXAMPLES)('$rule: $before → $after: $there, $back', ({ rule, place, before, after, there, back }) => {
    const [from, to] = [before, after].map((line) => contractOf(documentWith(place, line))) as [Contract, Contract]
    expect({ there: verdicts(rule, from, to), back: verdicts(rule, to, from) }).toEqual({
      there: [there],
      back: [back],
    })
  })

  test('every rule that can hurt is shown hurting, and every rule is shown', () => {
    const shown = new Set(EXAMPLES.map(({ rule }) => rule))
    const parts = ['serves', 'depends'] // as a whole: below
    expect(DIFF_RULES.map(({ rule }) => rule).filter((rule) => !shown.has(rule) && !parts.includes(rule))).toEqual([])
  })
})

const plain = documentWith('top', '')

describe('parts that come and go', () => {
  const without = contractOf('{ truce: 1, service: order }')

  test('an operation that is served no more breaks its callers, a new one nobody', () => {
    const gone = diff(contractOf(plain), without)
    expect(gone.breaking.map(({ at, side }) => [at, side])).toEqual([['serves.place', 'callers']])
    expect(gone.compatible.map(({ at }) => at)).toEqual(['depends.stock'])
    expect(diff(without, contractOf(plain))).toMatchObject({
      breaking: [],
      compatible: [{ message: 'serves.place is new.' }, { message: 'depends.stock is new.' }],
    })
  })

  test('nothing in them is named besides', () => {
    const { breaking, compatible } = diff(contractOf(documentWith('served', 'deadline: 3s')), without)
    expect([...breaking, ...compatible]).toHaveLength(2)
  })
})

describe('what is told of a change', () => {
  const from = contractOf(
    '{ truce: 1, service: order, serves: { place: { effect: read, deadline: 3s, rate: 120/m } } }',
  )
  const to = contractOf(`truce: 1
service: order
version: 2
serves:
  place:
    effect: read
    deadline: 90s
`)

  test('field, values, reason, whom it breaks, and the line of the new document', () => {
    expect(diff(from, to).breaking).toEqual([
      {
        rule: 'serves.deadline',
        at: 'serves.place.deadline',
        from: 3_000,
        to: 90_000,
        message:
          'serves.place.deadline goes from 3s to 90s: a caller whose attempt timeout fitted it gives up while the work goes on, and repeats it.',
        side: 'callers',
        service: 'order',
        file: 'truce.yaml',
        line: 7,
        column: 5,
      },
      expect.objectContaining({ at: 'serves.place.rate', from: 2, to: null, line: 5 }),
    ])
  })

  test('the version', () => {
    expect(diff(from, to)).toMatchObject({ versionRaised: true, compatible: [{ at: 'version', from: 1, to: 2 }] })
    expect(diff(to, from).versionRaised).toBe(false)
  })

  test('limits that are none', () => {
    const one = contractOf(documentWith('operation', 'attemptTimeout: none'))
    const other = contractOf(documentWith('operation', 'attemptTimeout: 1s'))
    expect(diff(one, other).breaking).toMatchObject([
      { from: 'no limit', to: 1_000, message: expect.stringContaining('goes from no limit to 1s') },
    ])
  })
})

test('more instances add up where each keeps limits of its own', () => {
  const with20 = (limits: string) =>
    [10, 20].map((count) =>
      contractOf(`{ truce: 1, service: order, instances: ${count}, depends: { stock: ${limits} } }`),
    )
  for (const [limits, breaks] of [
    ['{ concurrency: 5 }', 1],
    ['{ budget: { floor: 1/s } }', 1],
    ['{ budget: { floor: 1/s, scope: fleet } }', 0],
    ['{}', 0],
  ] as const) {
    const [from, to] = with20(limits) as [Contract, Contract]
    expect([limits, diff(from, to).breaking.length]).toEqual([limits, breaks])
    expect(diff(to, from).breaking).toEqual([])
  }
})
