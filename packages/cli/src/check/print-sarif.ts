/**
 * A check as SARIF 2.1.0, for code scanning.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * @module
 */
import { createHash } from 'node:crypto'
import { type Finding, RULES } from '@truce/contract/check'
import type { Surroundings } from '../surroundings.js'
import { printJson } from '../terminal/json.js'
import { truceVersion } from '../version.js'
import type { Checked } from './checked.js'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'

export function print({ result }: Checked, { stdout }: Surroundings): void {
  printJson(stdout, {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'truce', semanticVersion: truceVersion(), rules: RULES.map(describe) } },
        columnKind: 'utf16CodeUnits',
        results: [
          ...result.findings.map((finding) => resultOf(finding)),
          ...result.accepted.map((finding) => ({
            ...resultOf(finding),
            baselineState: 'unchanged',
            suppressions: SUPPRESSED,
          })),
        ],
      },
    ],
  })
}

/** By the baseline: it stands outside of the document. */
const SUPPRESSED = [{ kind: 'external', justification: 'The baseline accepts it.' }]

const describe = ({ name, severity, holds, why }: (typeof RULES)[number]) => ({
  id: name,
  shortDescription: { text: holds },
  fullDescription: { text: why },
  defaultConfiguration: { level: severity },
})

function resultOf({ rule, severity, service, operation, about, message, fix, file, line, column }: Finding) {
  const identity = createHash('sha256')
    .update(JSON.stringify([rule, service, operation, about]))
    .digest('hex')
  return {
    ruleId: rule,
    ruleIndex: RULES.findIndex(({ name }) => name === rule),
    level: severity,
    message: { text: `${message} ${fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: { startLine: line, startColumn: column },
        },
        logicalLocations: [{ fullyQualifiedName: [service, operation].filter(Boolean).join('/') }],
      },
    ],
    partialFingerprints: { 'truce/v1': identity },
  }
}

/** A relative path as a URI reference. */
const uriOf = (file: string) => file.split(/[\\/]/).map(encodeURIComponent).join('/')
