import { describe, expect, it } from 'vitest'
import { checked } from '../../test/given.js'
import type { Example, Finding } from './finding.js'
import { RULES } from './rules.js'

const run = ({ documents, scanned }: Example) => checked(documents, { scanned })

/** Where the example says that the finding stands: `FILE:LINE` of its `# here`. */
function marked({ documents }: Example): string[] {
  return documents.flatMap((document, at) =>
    document.split('\n').flatMap((line, n) => (line.includes('# here') ? [`${at + 1}.yaml:${n + 1}`] : [])),
  )
}

const placeOf = ({ file, line }: Finding) => `${file}:${line}`

it('has every rule of the contract once', () => {
  expect(RULES.map(({ name }) => name).toSorted()).toEqual([
    'agreed-outdated',
    'amplification',
    'attempts-exceed-deadline',
    'broker-limit-below-attempts',
    'cached-without-age',
    'cached-without-key',
    'caller-gives-up-first',
    'cycle',
    'deadline-above-slo',
    'deadline-exceeds-caller',
    'exhausted-undefined',
    'fallback-on-write',
    'floor-adds-up',
    'key-not-forwarded',
    'key-not-honoured',
    'mismatch',
    'no-backoff',
    'no-breaker',
    'no-budget',
    'no-headroom',
    'no-jitter',
    'retries-above-share',
    'retry-permanent',
    'timeout-below-latency',
    'too-many-attempts',
    'ttl-below-window',
    'two-owners',
    'unbounded-deliveries',
    'undeclared-layer',
    'unknown-operation',
    'unsafe-retry',
    'window-below-retries',
  ])
})

describe.each(RULES)('$name', (rule) => {
  it('is found in the smallest documents that break it, and nothing else is', () => {
    const { findings } = run(rule.breaks)
    expect([...new Set(findings.map((each) => each.rule))].toSorted()).toEqual(
      [rule.name, ...(rule.alsoBreaks ?? [])].toSorted(),
    )
  })

  it('stands at the line to change', () => {
    const own = run(rule.breaks).findings.filter((each) => each.rule === rule.name)
    expect(own.map(placeOf)).toEqual(marked(rule.breaks))
  })

  it('is not found in the nearest documents that keep it, and nothing else is', () => {
    expect(run(rule.keeps).findings).toEqual([])
  })

  it('says in one sentence why, and in one how to mend it', () => {
    for (const { message, fix } of run(rule.breaks).findings) {
      expect(message).toMatch(/^\S[^\n]*[.]$/)
      expect(fix).toMatch(/^\S[^\n]*[.]$/)
      expect(message + fix).not.toMatch(/undefined|NaN|Infinity|\[object/)
    }
  })

  it('is ok exactly where it only warns, and never with strict', () => {
    const onlyWarns = rule.severity === 'warning' && (rule.alsoBreaks ?? []).length === 0
    expect(run(rule.breaks).ok).toBe(onlyWarns)
    expect(checked(rule.breaks.documents, { scanned: rule.breaks.scanned, strict: true }).ok).toBe(false)
  })
})

describe('retries without a deadline and without a count', () => {
  const endless = (calls: string) => `truce: 1
service: a
serves:
  act: { effect: read, deadline: 5s, rate: 5/s, calls: { ${calls} } }
depends:
  b:
    budget: none
    operations:
      x: { use: background, effect: write, deadline: none, idempotency: { key: '{incoming}_x' } }
`
  const server = (n: number) => `truce: 1
service: ${String.fromCodePoint(97 + n)}
serves: { x: { effect: write, capacity: 10/s, idempotency: { ttl: 1h }, calls: { ${String.fromCodePoint(98 + n)}.x: 2 } } }
depends: { ${String.fromCodePoint(98 + n)}: { operations: { x: { use: background, effect: write, deadline: none } } } }
`
  const chain = [endless('b.x: 2'), ...Array.from({ length: 24 }, (_, n) => server(n + 1))]

  it.each([
    ['one call', [endless('b.x: 2'), server(1)]],
    ['a chain of them, beyond the largest number', chain],
  ])('are numbers in JSON: %s', (_, documents) => {
    const result = checked(documents)
    const { findings, amplification } = JSON.parse(JSON.stringify(result)) as typeof result
    expect(findings.map(({ amount }) => amount)).not.toContain(null)
    for (const { worst, outage } of amplification) expect([typeof worst, typeof outage]).toEqual(['number', 'number'])
    const said = findings.map(({ message, fix }) => `${message} ${fix}`).join('\n')
    expect(said).not.toMatch(/Infinity|NaN|\d{16}|e[+]/)
    expect(said).toContain('countless')
    expect(checked(documents, { baseline: JSON.parse(JSON.stringify(result)) as typeof result }).ok).toBe(true)
  })
})
