/**
 * Document of a storm: the scenario file that says the same.
 *
 * @module
 */
import type { Load, Server, Storm } from './storm.js'

const INSTANCES = 20
const SECONDS = 90
const TIMEOUTS = { attempt: 800, deadline: 2_500 }
const SERVER = { workers: 20, ms: 50, spread: 0.5 }

/** The 99th percentile of a standard normal. */
const Z99 = 2.3263

/** The text of `scenarios/ladder/NAME.yaml`. */
export function documentOf(storm: Storm): string {
  const { name, seconds = SECONDS } = storm
  return `${header(storm)}simulate: 1
name: ${name}
seed: 11
for: ${seconds}s
dependencies:
  server:
${serverLines(storm)
  .map((line) => `    ${line}\n`)
  .join('')}callers:
${callerLines(storm).join('')}strategies:
${strategyLines(storm)}`
}

function header({ called, what, found, assumed }: Storm): string {
  const figures =
    found === undefined
      ? 'Drawn by chance.'
      : `When the governor was found: doing nothing ${found.none} %, the governor ${found.truce} % of calls.`
  const lines = [
    `Ladder, "${called}": ${what}.`,
    `${figures}${assumed === undefined ? '' : ` Assumed: ${assumed}.`}`,
    'Written from packages/lab/src/ladder by npm run lab:ladder: change it there.',
  ]
  return lines.map((line) => `# ${line}\n`).join('')
}

function serverLines({ server = {}, faults }: Storm): string[] {
  const { workers = SERVER.workers, queue, loaded, admits } = server
  const lines = [`workers: ${workers}`]
  if (queue !== undefined) lines.push(`queue: ${queue}`)
  lines.push(`service: ${serviceOf(server)}`)
  if (loaded !== undefined) lines.push(`loaded: { queued: ${loaded} }`)
  if (admits !== undefined) lines.push(`admits: { rate: ${admits} }`)
  if (faults.length === 0) return lines
  return [...lines, 'faults:', ...faults.map((fault) => `  - ${flow(fault)}`)]
}

function serviceOf({ ms = SERVER.ms, spread = SERVER.spread }: Server): string {
  const median = ms * Math.exp(-(spread ** 2) / 2)
  return flow({ kind: 'lognormal', p50: inMs(median), p99: inMs(median * Math.exp(Z99 * spread)) })
}

const inMs = (ms: number) => `${Math.round(ms * 10) / 10}ms`

function callerLines({ load, heavy, instances = INSTANCES }: Storm): string[] {
  const caller = (name: string, count: number, arrivals: string) =>
    `  ${name}:\n    instances: ${count}\n    arrivals:${arrivals.startsWith('\n') ? '' : ' '}${arrivals}\n    calls: server.read\n`
  if (heavy !== true || !('rate' in load)) return [caller('callers', instances, arrivalsOf(load))]
  const half = arrivalsOf({ rate: load.rate / 2 })
  return [caller('heavy', 1, half), caller('others', instances - 1, half)]
}

function arrivalsOf(load: Load): string {
  if ('rate' in load) return flow({ open: `${load.rate}/s` })
  if ('rates' in load) return `\n      open:${load.rates.map((point) => `\n        - ${flow(point)}`).join('')}`
  return flow({ closed: load.closed, think: load.think })
}

function strategyLines({ timeouts = TIMEOUTS }: Storm): string {
  const own = timeouts !== TIMEOUTS
  const times = `attemptTimeout: ${timeouts.attempt}ms, deadline: ${timeouts.deadline}ms`
  return `  none: { attempts: 1, ${times} }
  naive: { attempts: 3, ${times}, backoff: none }
  backoff: { attempts: 3, ${times}, backoff: { initial: 50ms, max: 1s } }
  truce: { use: interactive${own ? `, ${times}` : ''} }
`
}

const flow = (fields: object): string =>
  `{ ${Object.entries(fields)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(', ')} }`
