/**
 * `npm run bench:ladder`: is a default of Truce's anywhere a mistake?
 *
 * Every number is a share of calls that succeed, from runs of the shipped policies under virtual time: the same on every
 * machine.
 *
 * @module
 */
import { parseArgs, styleText } from 'node:util'
import { climbAll, type Climbed, COLUMNS, type LadderOptions } from '@truce/lab/ladder'
import { progressOn } from './progress.js'

const HELP = `npm run bench:ladder -- [options]

  --json           one JSON document: { SCENARIO: { none, naive, backoff, truce, truceDropsExpired, truceAdmission }, mean, worst }
  --only b2,c30    only these storms; by their file's name, or as the notes call them
  --seed N         seed of the first run, 11 unless told; the others' follow it
  --seeds N        runs of each, 5 unless told
  --instances N    instead of the usual 20 instances that call
  --drawn N        instead of the ladder's, N storms drawn by chance: other ones with another --seed
  --quick          eight storms, one seed
  --progress       shows it where stderr is no terminal too

  mean             of the 31 storms of the first list; of all where they are drawn
  worst            the least difference to doing nothing, of all; in which storm stands in worstIn
  truceAdmission   a server that drops what has expired, behind Truce's admission with its defaults: the shipped code
`

/** Those that tell most. */
const QUICK = ['a', 'b2', 'c30', 'c30@90', 'e', 'l', 'p', 'q']

/** The document that `--json` prints. */
export function documentOf({ rungs, mean, worst }: Climbed): object {
  const of = <T>(value: (column: (typeof COLUMNS)[number]) => T) =>
    Object.fromEntries(COLUMNS.map((column) => [column, value(column)]))
  const rounded = (share: number) => Math.round(share * 10_000) / 10_000
  return {
    ...Object.fromEntries(
      Object.entries(rungs).map(([name, rung]) => [name, of((column) => rounded(rung[column]))] as const),
    ),
    mean: of((column) => rounded(mean[column])),
    worst: of((column) => rounded(worst[column].against)),
    worstIn: of((column) => worst[column].in),
  }
}

/** A line a storm; in words and signs, so that colour says nothing alone. */
export function table({ rungs, mean, worst }: Climbed, bold = (text: string) => text): string {
  const width = Math.max(...Object.keys(rungs).map((name) => name.length), 'worst against none'.length)
  const cells = (values: readonly string[]) => values.map((value) => value.padStart(9)).join('')
  const heads = ['none', 'naive', 'backoff', 'truce', 'drops', 'admission']
  const line = (name: string, of: (column: (typeof COLUMNS)[number]) => number) =>
    `${name.padEnd(width)}${cells(COLUMNS.map((column) => (100 * of(column)).toFixed(1)))}`
  const lines = Object.entries(rungs).map(([name, rung]) => {
    const mark = rung.truce < rung.none - 0.02 ? '  ← worse than none' : ''
    return `${line(name, (column) => rung[column])}${mark}`
  })
  return [
    bold(`${'success, %'.padEnd(width)}${cells(heads)}`),
    ...lines,
    bold(line('mean of the 31', (column) => mean[column])),
    bold(line('worst against none', (column) => worst[column].against)),
    '',
  ].join('\n')
}

function wholeNumber(given: string | undefined, option: string): number | undefined {
  if (given === undefined) return undefined
  const number = Number(given)
  if (Number.isInteger(number) && number > 0) return number
  throw new Error(`${option} is "${given}"; give a whole number of at least 1`)
}

/** What the command line asks for. */
export interface Asked {
  readonly json: boolean
  readonly help: boolean
  readonly progress: boolean
  readonly ladder: Omit<LadderOptions, 'progress'>
}

/** @throws Error for an option that there is not, or a number that is none */
export function askedBy(args: readonly string[]): Asked {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      quick: { type: 'boolean', default: false },
      progress: { type: 'boolean', default: false },
      only: { type: 'string' },
      drawn: { type: 'string' },
      seed: { type: 'string' },
      seeds: { type: 'string' },
      instances: { type: 'string' },
    },
  })
  const { json, help, progress, quick } = values
  const ladder = {
    only: values.only?.split(',') ?? (quick ? QUICK : undefined),
    drawn: wholeNumber(values.drawn, '--drawn'),
    seed: wholeNumber(values.seed, '--seed'),
    seeds: wholeNumber(values.seeds, '--seeds') ?? (quick ? 1 : undefined),
    instances: wholeNumber(values.instances, '--instances'),
  }
  return { json, help, progress, ladder }
}

export function main(args: readonly string[]): void {
  const { json, help, progress: always, ladder } = askedBy(args)
  if (help) return void process.stdout.write(HELP)
  const progress = progressOn(process.stderr, { always, clock: () => performance.now() })
  const climbed = climbAll({ ...ladder, progress: progress.step })
  progress.end()
  const bold = (text: string) => (process.stdout.isTTY ? styleText('bold', text) : text)
  process.stdout.write(json ? `${JSON.stringify(documentOf(climbed))}\n` : table(climbed, bold))
}
