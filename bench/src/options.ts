/**
 * Options of the command line.
 *
 * @module
 */
import { parseArgs } from 'node:util'

export interface Options {
  readonly json: boolean
  readonly help: boolean
  readonly rounds: number
  /** Cases (`d-log`), families of them (`d`), `bytes`, `gzip`; empty: everything. */
  readonly only: readonly string[]
  readonly sampleMs: number
  readonly warmMs: number
}

export const HELP = `npm run bench -- [options]

  --json          one JSON document: { cases: { NAME: { bare, truce, PEER… } }, bytes, gzip, ratios, best } (ns a call)
  --only a,d-log  only these; "d" is every case whose name begins with "d-", "bytes" and "gzip" are names too
  --rounds N      rounds, 21 unless told
  --sample MS     time of one sample, 6 ms unless told
  --warm MS       time for which each contender runs unmeasured, 150 ms unless told
`

/** @throws Error that says what is allowed */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '21' },
      sample: { type: 'string', default: '6' },
      warm: { type: 'string', default: '150' },
    },
  })
  return {
    json: values.json,
    help: values.help,
    only: values.only.split(',').filter((name) => name !== ''),
    rounds: atLeast(1, values.rounds, '--rounds'),
    sampleMs: atLeast(0, values.sample, '--sample'),
    warmMs: atLeast(0, values.warm, '--warm'),
  }
}

/** Was this case (or `bytes`, `gzip`) asked for, by its name or its family's? */
export function wanted({ only }: Pick<Options, 'only'>, name: string): boolean {
  return only.length === 0 || only.some((one) => name === one || name.startsWith(`${one}-`))
}

function atLeast(least: number, given: string, option: string): number {
  const number = Number(given)
  if (!(Number.isInteger(number) && number >= least))
    throw new Error(`${option} is "${given}"; give a whole number of at least ${least}`)
  return number
}
