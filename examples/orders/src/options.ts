/**
 * The command line of the example.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { RunError } from './processes.js'

export const HELP = `Usage: npm start -- [options]

Starts order, inventory and warehouse as real services, sends them orders under faults, first through
hand-written retries, then through Truce, and compares what their databases and logs say afterwards.

  --quick     three faults, half a minute (otherwise seven, about four minutes)
  --json      the figures as one JSON object on stdout; messages go to stderr
  --port N    inventory, warehouse and order on N, N+1 and N+2 (otherwise free ports)
  --rate N    orders a second, 1 to 200 (50)
  --seed N    of arrivals, service times and faults (1)
  --out DIR   where databases and attempt logs of the run are kept (out/orders)
  --help      this text

Exit code: 0 what must hold held, 1 it did not or the run broke off, 2 wrong options, 130 interrupted.
`

export interface Options {
  readonly quick: boolean
  readonly json: boolean
  readonly help: boolean
  readonly port?: number
  readonly rate: number
  readonly seed: number
  readonly out: string
}

/** @throws {RunError} with exit code 2 and what is allowed */
export function parseOptions(args: readonly string[]): Options {
  const values = parsed(args)
  const whole = (name: string, text: string, least: number, most: number) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new RunError(`--${name} is "${text}": give a whole number from ${least} to ${most}.`, 2)
  }
  return {
    quick: values.quick,
    json: values.json,
    help: values.help,
    rate: whole('rate', values.rate, 1, 200),
    seed: whole('seed', values.seed, 0, 4_294_967_295),
    out: values.out,
    ...(values.port !== undefined && { port: whole('port', values.port, 1, 65_533) }),
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        port: { type: 'string' },
        rate: { type: 'string', default: '50' },
        seed: { type: 'string', default: '1' },
        out: { type: 'string', default: 'out/orders' },
      },
    }).values
  } catch (error) {
    const [first] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new RunError(`${first}. See --help.`, 2)
  }
}
