/**
 * Baseline files: what was there when somebody began to check.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import type { Baseline, CheckResult } from '@truce/contract/check'
import { Problems, readText } from '@truce/contract/document'
import { unusable, UnusableError } from '../failure.js'
import type { Surroundings } from '../surroundings.js'

/** Of the form: raised when an older truce would read it wrongly. */
const VERSION = 1
const WRITE = 'Write one with --write-baseline'
/** Of 100,000 findings it has half as many bytes. */
const LARGEST = 50_000_000

/** @throws UnusableError where it cannot be read, or is no baseline */
export function readBaseline(file: string): Baseline {
  const read = parsed(file)
  const version = versionOf(read)
  if (version !== VERSION)
    throw unusable(`${file} is a baseline of form ${version}; this truce reads form ${VERSION}`, `${WRITE} again`)
  if (!isBaseline(read)) throw unusable(`${file} is no baseline: it lists no findings`, `${WRITE} again`)
  return read
}

function parsed(file: string): unknown {
  // A pipe or a device may have no end: it is read as documents are.
  const problems = new Problems(file)
  const text = readText(file, problems, LARGEST)
  if (text === undefined) {
    throw new UnusableError(
      problems.list.map((each) => ({
        ...each,
        message: `the baseline: ${each.message}`,
        fix: `${each.fix}. ${WRITE}`,
      })),
    )
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unusable(`The baseline ${file} cannot be read as JSON`, `${WRITE} again`, { cause: error })
  }
}

/** The output of `check --json` is a baseline too, and says no form. */
function versionOf(read: unknown): string | number {
  if (typeof read !== 'object' || read === null || !('baseline' in read)) return VERSION
  return typeof read.baseline === 'number' ? read.baseline : JSON.stringify(read.baseline)
}

function isBaseline(read: unknown): read is Baseline {
  if (typeof read !== 'object' || read === null || !('findings' in read) || !Array.isArray(read.findings)) return false
  return read.findings.every(
    (each: unknown) =>
      typeof each === 'object' &&
      each !== null &&
      'rule' in each &&
      typeof each.rule === 'string' &&
      'service' in each &&
      typeof each.service === 'string' &&
      (!('amount' in each) || each.amount === null || typeof each.amount === 'number'),
  )
}

/** Sorted and without places: lines move, and the file is to change only where a finding does. */
export function writeBaseline(file: string, result: CheckResult, { stderr }: Surroundings): void {
  const findings = result.findings
    .map(({ rule, severity, service, operation, about, amount }) => ({
      rule,
      severity,
      service,
      operation,
      about,
      amount,
    }))
    .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
  try {
    writeFileSync(file, `${JSON.stringify({ baseline: VERSION, findings }, undefined, 2)}\n`)
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code)
    throw unusable(`The baseline ${file} cannot be written (${code})`, 'Name a file in a folder that is there', {
      cause: error,
    })
  }
  stderr.write(`${file}: ${findings.length} finding${findings.length === 1 ? '' : 's'} accepted from now on.\n`)
}
