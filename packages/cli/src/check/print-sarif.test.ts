import { check, RULES } from '@truce/contract/check'
import { type Contract, parseDocument } from '@truce/contract/document'
import { describe, expect, test } from 'vitest'
import { print } from './print-sarif.js'

const contract = parseDocument(
  '{ truce: 1, service: order, depends: { stock: { operations: { reserve: { effect: write } } } } }',
  'contracts/a b.yaml',
).contract as Contract

function sarif(options: Parameters<typeof check>[1] = {}) {
  let stdout = ''
  const result = check([contract], options)
  print(
    { result, contracts: [contract] },
    { stdout: { write: (text) => (stdout += text) }, stderr: { write: () => 0 }, env: {} },
  )
  return { result, log: JSON.parse(stdout) as Log }
}

interface Log {
  $schema: string
  version: string
  runs: {
    tool: { driver: { name: string; rules: { id: string; shortDescription: { text: string } }[] } }
    results: Result[]
  }[]
}

interface Result {
  ruleId: string
  ruleIndex: number
  level: string
  message: { text: string }
  locations: {
    physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number; startColumn: number } }
  }[]
  partialFingerprints: Record<string, string>
  suppressions?: object[]
}

/** What the SARIF 2.1.0 schema requires of each part, and GitHub of those it shows. */
describe('SARIF', () => {
  const { result, log } = sarif()
  const [run] = log.runs
  const results = run?.results ?? []

  test('version, tool and rules', () => {
    expect(log).toMatchObject({ version: '2.1.0', $schema: expect.stringContaining('sarif-2.1.0') })
    expect(run?.tool.driver.name).toBe('truce')
    const ids = run?.tool.driver.rules.map(({ id }) => id)
    expect(ids).toEqual(RULES.map(({ name }) => name))
    expect(new Set(ids).size).toBe(ids?.length)
  })

  test('every finding is a result of its rule, at its place', () => {
    expect(results.map(({ ruleId }) => ruleId)).toEqual(result.findings.map(({ rule }) => rule))
    for (const { ruleId, ruleIndex, level, message, locations } of results) {
      expect(run?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId)
      expect(['error', 'warning']).toContain(level)
      expect(message.text).not.toBe('')
      const [place] = locations
      expect(place?.physicalLocation).toEqual({
        artifactLocation: { uri: 'contracts/a%20b.yaml' },
        region: { startLine: 1, startColumn: expect.any(Number) },
      })
    }
  })

  test('a finding keeps its fingerprint, and no two share one', () => {
    const prints = results.map(({ partialFingerprints }) => partialFingerprints['truce/v1'])
    expect(new Set(prints).size).toBe(prints.length)
    expect(sarif().log.runs[0]?.results.map(({ partialFingerprints }) => partialFingerprints['truce/v1'])).toEqual(
      prints,
    )
  })

  test('what the baseline accepts is suppressed, and still there', () => {
    const accepted = sarif({ baseline: result }).log.runs[0]?.results ?? []
    expect(accepted).toHaveLength(results.length)
    expect(accepted.every(({ suppressions }) => suppressions?.length === 1)).toBe(true)
  })
})
