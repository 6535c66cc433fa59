/**
 * Documents for tests: written as users write them.
 *
 * @module
 */
import { check, type CheckOptions, type CheckResult } from '../src/check/index.js'
import type { Contract } from '../src/document/model.js'
import { parseDocument } from '../src/document/parse.js'

/** Contracts of YAML documents, in files `1.yaml`, `2.yaml` … */
export function contractsOf(...documents: readonly string[]): Contract[] {
  return documents.map((document, at) => {
    const { contract, problems } = parseDocument(document, `${at + 1}.yaml`)
    if (!contract) throw new Error(problems.map(({ message }) => message).join('\n'))
    return contract
  })
}

/** Checks YAML documents. */
export function checked(documents: readonly string[], options?: CheckOptions): CheckResult {
  return check(contractsOf(...documents), options)
}

/** `RULE SERVICE.OPERATION`, of every finding. */
export function found({ findings }: CheckResult): string[] {
  return findings.map(({ rule, service, operation }) => `${rule} ${service}${operation ? `: ${operation}` : ''}`)
}
