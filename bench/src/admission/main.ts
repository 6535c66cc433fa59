/**
 * `npm run bench:admission`: a service with an admission and the same without, under loads that it cannot serve.
 *
 * Real processes over the loopback. No target is asserted: the numbers of a shared machine are for reading.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { admissionUs } from './cost.js'
import { FULL, QUICK, type Scale } from './scale.js'
import { capacity, jobs, outages, underLoad } from './scenarios.js'

const HELP = `npm run bench:admission -- [options]

  --json   one JSON document: { goodput2x, …, without: { goodput2x, … }, capacity, unloadedP99Ms }
  --quick  to see that it runs: a small service, for seconds; its figures say nothing

  goodput2x, goodput5x  calls that end well ÷ what the service serves alone, at 2 and 5 times as many calls (goal: 0.9)
  p99Ratio              of attempts that are served, 99th percentile ÷ the same while it is not loaded (goal: 3); the worse;
                        null: none was
  recoverMs             from the end of an outage until 99 % of calls somebody waits for succeed (goal: 3,000); null: never
  peakAfter             attempts in the worst of the ten seconds after it ÷ a usual second (goal: 1.3); medians of three outages
  peakBefore            the same of the ten seconds before it: what chance alone makes
  jobsDoneMs            from the end of an outage until all that nobody waits for is done (goal: 5,000); null: never
  admissionUs           what it adds to a request that is let in at once, µs (goal: 2)
`

export interface Figures {
  readonly goodput2x: number
  readonly goodput5x: number
  readonly p99Ratio: number
  readonly recoverMs: number | null
  readonly peakAfter: number
  readonly peakBefore: number
  readonly jobsDoneMs: number | null
  readonly admissionUs: number
}

const round3 = (value: number): number => Math.round(value * 1_000) / 1_000

async function measure(
  scale: Scale,
  alone: { readonly capacity: number; readonly p99: number },
  admission: boolean,
  addedUs: number,
): Promise<Figures> {
  const twice = await said('2 × its capacity', admission, () =>
    underLoad(scale, admission, 2 * alone.capacity, alone.capacity),
  )
  const fivefold = await said('5 × its capacity', admission, () =>
    underLoad(scale, admission, 5 * alone.capacity, alone.capacity),
  )
  const { recover, peak, usualPeak } = await said('an outage', admission, () => outages(scale, admission))
  const jobsDoneMs = await said('an outage, jobs', admission, () => jobs(scale, admission))
  return {
    goodput2x: round3(twice.goodput / alone.capacity),
    goodput5x: round3(fivefold.goodput / alone.capacity),
    p99Ratio: round3(Math.max(twice.p99, fivefold.p99) / alone.p99),
    recoverMs: recover,
    peakAfter: round3(peak),
    peakBefore: round3(usualPeak),
    jobsDoneMs,
    admissionUs: round3(addedUs),
  }
}

/** Long work shows where it is, on a terminal. */
function said<T>(what: string, admission: boolean, of: () => Promise<T>): Promise<T> {
  if (process.stderr.isTTY) process.stderr.write(`${admission ? 'with' : 'without'} an admission: ${what}\n`)
  return of()
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) process.stdout.write(HELP)
else {
  const scale = values.quick ? QUICK : FULL
  const addedUs = await admissionUs(values.quick ? 3 : 31, values.quick ? 100 : 2_000)
  const alone = await capacity(scale)
  const { p99 } = await underLoad(scale, false, 0.5 * alone, alone)
  const measured = { capacity: alone, p99 }
  const behind = await measure(scale, measured, true, addedUs)
  const without = await measure(scale, measured, false, 0)
  const found = { ...behind, without, capacity: round3(alone), unloadedP99Ms: round3(p99) }
  if (values.json) process.stdout.write(`${JSON.stringify(found)}\n`)
  else {
    console.table({ 'with an admission': behind, without })
    process.stdout.write(`capacity ${alone.toFixed(1)}/s, unloaded 99th percentile ${p99.toFixed(0)} ms\n`)
  }
}
