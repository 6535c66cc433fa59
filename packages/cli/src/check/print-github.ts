/**
 * A check as workflow annotations: each finding beside its line in the pull request.
 *
 * What is printed here commands the runner: a line break or a `::` in a document would be another command of its
 * author's choice. So everything that comes from a document is escaped.
 *
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 * @module
 */
import type { Finding } from '@truce/contract/check'
import type { Problem } from '../failure.js'
import type { Surroundings } from '../surroundings.js'
import type { Checked } from './checked.js'
import { countsOf } from './counts.js'

export function print({ result, contracts }: Checked, { stdout, stderr }: Surroundings): void {
  for (const finding of result.findings) stdout.write(annotation(finding, finding.severity, titleOf(finding)))
  stderr.write(`${countsOf(result, contracts)}\n`)
}

/** Of a document that cannot be used: the runner shows no stderr beside a line. */
export function printProblems(problems: readonly Problem[], { stdout }: Surroundings): void {
  for (const problem of problems) stdout.write(annotation(problem, 'error', 'unusable'))
}

type Place = Pick<Problem, 'file' | 'line' | 'column' | 'message' | 'fix'>

const titleOf = ({ rule, operation, service }: Finding) => `${rule}: ${operation ?? service}`

function annotation({ file, line, column, message, fix }: Place, severity: string, title: string): string {
  const properties = { file: file?.replaceAll('\\', '/'), line, col: column, title }
  const text = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${property(String(value))}`],
  )
  return `::${severity} ${text.join(',')}::${data(`${message} ${fix}`)}\n`
}

const data = (text: string) =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('\u001B', '�')

const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
