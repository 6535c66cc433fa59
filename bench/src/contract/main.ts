/**
 * `npm run bench:contract`: how long a check takes, from the start of its process.
 *
 * No target is asserted: the numbers of a shared machine are for reading.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { complete, fleet, type Write } from './fleet.js'
import type { Once } from './once.js'

const HELP = `npm run bench:contract -- [options]

  --json        one JSON document: { fleet, exploding, start }, times in ms, medians of the rounds
  --rounds N    processes for each case, 5 unless told

  fleet      500 services of ten operations in chains six deep: load and check (goal: less than 2000)
  exploding  6 layers of 50 operations that call each other in every way: exact without walking the paths
  start      truce check of one document beside node -e 0, at least 30 times (goal: 250 more at most)
`

const ONCE = fileURLToPath(new URL('once.js', import.meta.url))
const BIN = fileURLToPath(new URL('../../../packages/cli/bin/truce.mjs', import.meta.url))
const [LAYERS, WIDTH] = [6, 50]

/** Numbers of all rounds, each by its name: the median of each. */
function medians<T extends object>(rounds: readonly T[]): T {
  const [first] = rounds
  if (!first) throw new Error('no round')
  const names = Object.keys(first) as (keyof T)[]
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((round) => Number(round[name])))])) as T
}

function median(values: readonly number[]): number {
  const middle = values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
  return Math.round(middle * 10) / 10
}

function inFolder<T>(write: Write, use: (folder: string, bytes: number) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'truce-bench-'))
  try {
    return use(folder, write(folder))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function measure(write: Write, rounds: number) {
  return inFolder(write, (folder, bytes) => {
    const run = () => JSON.parse(execFileSync(process.execPath, [ONCE, folder], { encoding: 'utf8' })) as Once
    return { bytes, ...medians(Array.from({ length: rounds }, run)) }
  })
}

/** What the sums have to be, by the shape of the graph: every way, three attempts on each of its layers. */
const EXPLODING_OUTAGE = WIDTH ** (LAYERS - 1) * 3 ** LAYERS

/** A start is short, and its neighbours' noise is not: fewer rounds say nothing. */
const STARTS = 30

/** Process times, one after the other in each round, so that both meet the same neighbours. */
function start(rounds: number) {
  if (!existsSync(BIN)) return null
  return inFolder(fleet(1), (folder) => {
    const time = (...args: string[]) => {
      const begin = performance.now()
      execFileSync(process.execPath, args, { stdio: 'ignore' })
      return performance.now() - begin
    }
    const each = Array.from({ length: rounds }, () => {
      const nodeMs = time('-e', '0')
      const checkMs = time(BIN, 'check', path.join(folder, 's0', 'truce.yaml'))
      return { nodeMs, checkMs, moreMs: checkMs - nodeMs }
    })
    const least = (name: 'nodeMs' | 'checkMs') => Math.round(Math.min(...each.map((round) => round[name])) * 10) / 10
    return { ...medians(each), leastNodeMs: least('nodeMs'), leastCheckMs: least('checkMs') }
  })
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    rounds: { type: 'string', default: '5' },
  },
})

if (values.help) process.stdout.write(HELP)
else {
  const rounds = Number(values.rounds)
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error(`--rounds is "${values.rounds}"; give a whole number`)
  const exploding = measure(complete(LAYERS, WIDTH), rounds)
  const report = {
    fleet: measure(fleet(500), rounds),
    exploding: { ...exploding, exact: exploding.outage === EXPLODING_OUTAGE },
    start: start(Math.max(rounds, STARTS)),
  }
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${JSON.stringify(report, null, 2)}\n`)
}
