/**
 * A check as workflow annotations: each finding beside its line in the pull request.
 *
 * What is printed here commands the runner: a line break or a `::` in a document would be another command of its
 * author's choice. So everything that comes from a document is escaped.
 *
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 * @module
 */
import type { Finding } from '@truce/contract'
import type { Surroundings } from '../surroundings.js'
import type { Checked } from './checked.js'
import { countsOf } from './counts.js'

export function print({ result, contracts }: Checked, { stdout, stderr }: Surroundings): void {
  for (const finding of result.findings) stdout.write(`${annotation(finding)}\n`)
  stderr.write(`${countsOf(result, contracts)}\n`)
}

function annotation({ severity, file, line, column, rule, service, operation, message, fix }: Finding): string {
  const title = `${rule}: ${operation ?? service}`
  const properties = { file: file.replaceAll('\\', '/'), line, col: column, title }
  const text = Object.entries(properties).map(([name, value]) => `${name}=${property(String(value))}`)
  return `::${severity} ${text.join(',')}::${data(`${message} ${fix}`)}`
}

const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
