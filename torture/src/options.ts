/**
 * Options of the command line.
 *
 * @module
 */
import { parseArgs } from 'node:util'

export const STORES = ['postgres', 'redis', 'sqlite'] as const

export type StoreName = (typeof STORES)[number]

export interface Options {
  readonly help: boolean
  readonly json: boolean
  readonly store: StoreName
  readonly kills: number
  readonly workers: number
  readonly seed: number
}

export const HELP = `npm run torture -- --store postgres|redis|sqlite [options]

  Worker processes under load, SIGKILL at random; what took effect is counted in a database afterwards.

  --kills N     workers killed, 200 unless told
  --workers N   at once, 4 unless told
  --seed N      of who is killed when and of the load, 1 unless told
  --json        one JSON document: { operations, effects, duplicates, lost, unknown, inFlightAtKills, kills }
`

/** @throws Error that says what is allowed */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      json: { type: 'boolean', default: false },
      store: { type: 'string', default: '' },
      kills: { type: 'string', default: '200' },
      workers: { type: 'string', default: '4' },
      seed: { type: 'string', default: '1' },
    },
  })
  const store = STORES.find((name) => name === values.store)
  if (store === undefined && !values.help)
    throw new Error(`--store is "${values.store}"; there are ${STORES.join(', ')}`)
  return {
    help: values.help,
    json: values.json,
    store: store ?? 'sqlite',
    kills: atLeast(1, values.kills, '--kills'),
    workers: atLeast(2, values.workers, '--workers'),
    seed: atLeast(0, values.seed, '--seed'),
  }
}

function atLeast(least: number, given: string, option: string): number {
  const number = Number(given)
  if (Number.isInteger(number) && number >= least) return number
  throw new Error(`${option} is "${given}"; give a whole number of at least ${least}`)
}
