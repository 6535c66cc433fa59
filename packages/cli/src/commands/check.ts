/**
 * `truce check PATH…`: is what the given documents agreed safe?
 *
 * @module
 */
import type { CheckOptions } from '@truce/contract/check'
import type { Contract } from '@truce/contract/document'
import { InvalidArgumentError } from 'commander'
import { type Command, DOES_NOT_HOLD, type Given, HOLDS } from '../command.js'
import { documents } from '../documents.js'
import { isUnusable, unusable } from '../failure.js'
import type { Surroundings } from '../surroundings.js'
import { printJson } from '../terminal/json.js'

/** Each form in a module of its own, loaded when it is asked for. */
const PRINTERS = {
  text: () => import('../check/print-text.js'),
  github: () => import('../check/print-github.js'),
  sarif: () => import('../check/print-sarif.js'),
}
const FORMATS = Object.keys(PRINTERS)

export const command: Command = {
  summary: 'is what the documents agreed safe? worst-case attempts, windows, deadlines, owners',
  declare(check) {
    check
      .argument('<path...>', 'documents, folders, globs')
      .option('--format <format>', `${FORMATS.join(', ')} (annotations, code scanning)`, formatOf, 'text')
      .option('--strict', 'warnings count as errors')
      .option('--baseline <file>', 'accept what it lists, fail for what is new or worse')
      .option('--write-baseline <file>', 'write what is found now into a baseline')
      .option('--scan <dir>', 'find layers in the code that no document names (comes with truce scan)')
  },
  examples: [
    { does: 'All documents below a folder', line: 'truce check services' },
    { does: 'Annotations on a pull request', line: 'truce check services --format github' },
    { does: 'Accept what is there today', line: 'truce check services --write-baseline truce.baseline.json' },
    { does: 'Fail for what gets worse', line: 'truce check services --baseline truce.baseline.json' },
  ],
  async run({ args, options }, surroundings) {
    if (options['scan'] !== undefined) throw unusable(NO_SCAN, 'Check without --scan')
    const { readBaseline, writeBaseline } = await import('../check/baseline.js')
    const { baseline: accepted, writeBaseline: write } = options
    const baseline = typeof accepted === 'string' ? readBaseline(accepted) : undefined
    const contracts = await documents(args, surroundings).catch((error: unknown) =>
      annotated(error, options, surroundings),
    )
    const { check } = await import('@truce/contract/check')
    const compare = await comparing(contracts)
    const strict = options['strict'] === true
    const result = check(contracts, { strict, baseline, compare })
    if (typeof write === 'string') writeBaseline(write, check(contracts, { compare }), surroundings)
    if (options['json'] === true) printJson(surroundings.stdout, result)
    else (await PRINTERS[options['format'] as keyof typeof PRINTERS]()).print({ result, contracts }, surroundings)
    return result.ok || write !== undefined ? HOLDS : DOES_NOT_HOLD
  },
}

/** What breaks callers is asked only where an older document of a service is given beside the newer. */
async function comparing(contracts: readonly Contract[]): Promise<CheckOptions['compare']> {
  const services = new Set(contracts.map(({ service }) => service))
  return services.size === contracts.length ? undefined : (await import('@truce/contract/diff')).breaksCallers
}

const NO_SCAN = '--scan needs truce scan, which this version does not have'

/** Annotations besides what is told anyway: a runner shows no stderr beside a line. */
async function annotated(
  error: unknown,
  { format, json }: Given['options'],
  surroundings: Surroundings,
): Promise<never> {
  if (format === 'github' && json !== true && isUnusable(error)) {
    const { printProblems } = await PRINTERS.github()
    printProblems(error.problems, surroundings)
  }
  throw error
}

function formatOf(given: string): string {
  if (FORMATS.includes(given)) return given
  throw new InvalidArgumentError(`Allowed are ${FORMATS.join(', ')}.`)
}
