/**
 * `npm run bench:lab`: what an event of a simulation costs, beside a bare heap in the same run.
 *
 * In seconds of the processor, all threads of the process together. No target is asserted: the numbers of a shared
 * machine are for reading.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { simulate } from '@truce/lab'
import { holdRate, secondsSince } from './hold.js'
import { storm } from './storm.js'

const HELP = `npm run bench:lab -- [options]

  --json        one JSON document: { eventsPerSecond, heapPerSecond, ratio, bytesPerClient, bytesPerProcess, growth }
  --rounds N    medians of so many, 3 unless told

  eventsPerSecond  of a storm with policies on, 100,000 callers pending (goal: 1,000,000)
  heapPerSecond    of a bare heap in typed arrays that holds as many
  ratio            of the two (goal: 0.5)
  bytesPerClient   of a million callers in a hundred processes, in resident memory
  bytesPerProcess  of a million callers, each a process with policies of its own (goal: 2,147)
  growth           cost of an event at 10^3 … 10^6 pending, over that at 10^3; heapGrowth: the bare heap's
`

const PENDING = [1_000, 10_000, 100_000, 1_000_000] as const
const EVENTS = 3_000_000

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
    rounds: { type: 'string', default: '3' },
  },
})

/** Events a second, once all that is compiled is compiled. */
function eventsPerSecond(pending: number): number {
  // Two events and a bit make a call; the first round of thoughts is put on the agenda before anything happens.
  const scenario = storm(pending, Math.max(EVENTS / 3, pending))
  const began = process.cpuUsage()
  const { result } = simulate(scenario)
  return result.events / secondsSince(began)
}

const median = (all: readonly number[]): number =>
  all.toSorted((one, other) => one - other)[Math.floor(all.length / 2)] ?? Number.NaN

function measure(rounds: number) {
  // First: a program's peak of resident memory begins at what the one that started it has.
  const memory = { bytesPerClient: bytesEach(100), bytesPerProcess: bytesEach(1_000_000) }
  simulate(storm(1_000, 200_000))
  holdRate(1_000, 200_000)
  const lab = new Map<number, number[]>()
  const heap = new Map<number, number[]>()
  for (let round = 0; round < rounds; round++) {
    for (const pending of PENDING) {
      // Alternately, so that a noisy minute hits both.
      heap.set(pending, [...(heap.get(pending) ?? []), holdRate(pending, EVENTS)])
      lab.set(pending, [...(lab.get(pending) ?? []), eventsPerSecond(pending)])
    }
  }
  const rate = (of: Map<number, number[]>, pending: number) => median(of.get(pending) ?? [])
  const cost = (of: Map<number, number[]>, pending: number) => round2(rate(of, 1_000) / rate(of, pending))
  const [events, held] = [rate(lab, 100_000), rate(heap, 100_000)]
  return {
    eventsPerSecond: Math.round(events),
    heapPerSecond: Math.round(held),
    ratio: round2(events / held),
    ...memory,
    growth: Object.fromEntries(PENDING.map((pending) => [exponent(pending), cost(lab, pending)])),
    heapGrowth: Object.fromEntries(PENDING.map((pending) => [exponent(pending), cost(heap, pending)])),
  }
}

const round2 = (value: number) => Math.round(value * 100) / 100
const exponent = (pending: number) => `1e${Math.log10(pending)}`

/** Of a million callers. */
function bytesEach(processes: number): number {
  const program = fileURLToPath(new URL('memory.js', import.meta.url))
  return Number(execFileSync(process.execPath, [program, String(processes)], { encoding: 'utf8' }))
}

if (values.help) process.stdout.write(HELP)
else {
  const measured = measure(Math.max(1, Number(values.rounds)))
  if (values.json) process.stdout.write(`${JSON.stringify(measured)}\n`)
  else console.table(measured)
}
