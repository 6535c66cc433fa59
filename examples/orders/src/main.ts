/**
 * The example's command: both halves, the measurement, the report.
 *
 * @module
 */
import { join, relative, resolve } from 'node:path'
import { type HalfName, runHalf } from './half.js'
import { type Figures, figures } from './measure/figures.js'
import { promises, starved } from './measure/promises.js'
import { readRemains } from './measure/read.js'
import { HELP, type Options, parseOptions } from './options.js'
import { arrivals, plan } from './plan.js'
import { RunError } from './processes.js'
import { progressLine } from './progress.js'
import { report, sentence } from './report.js'

const TITLES: Record<HalfName, string> = { handwritten: 'by hand', truce: 'Truce  ' }

const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => reject(new RunError(`Interrupted (${signal}): the services have been ended.`, 130)))
  }
})
interrupted.catch(() => undefined)

const say = (message: string) => void process.stderr.write(`${message}\n`)

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args)
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  const folder = resolve(options.out, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}`)
  const handwritten = await half('handwritten', options, folder)
  const truce = await half('truce', options, folder)
  const halves = { handwritten, truce }
  const promised = promises(halves)
  const ok = promised.every((one) => one.ok)
  const kept = `Databases and attempt logs: ${relative(process.cwd(), folder)}`
  if (options.json) {
    const { quick, rate, seed } = options
    const whole = {
      ok,
      starved: starved(halves),
      quick,
      rate,
      seed,
      ...halves,
      promises: promised,
      sentence: sentence(halves),
      folder,
    }
    process.stdout.write(`${JSON.stringify(whole)}\n`)
    say(kept)
  } else {
    process.stdout.write(`\n${report(halves, promised)}\n\n${kept}\n`)
  }
  return ok ? 0 : 1
}

async function half(name: HalfName, options: Options, folder: string): Promise<Figures> {
  const wanted = plan(options)
  const progress = progressLine(TITLES[name], wanted.lasts, process.stderr)
  const { sent, start, lateMs } = await runHalf({
    half: name,
    plan: wanted,
    orders: arrivals(wanted, options.rate, options.seed),
    folder: join(folder, name),
    seed: options.seed,
    ...(options.port !== undefined && { port: options.port }),
    interrupted,
    tell: (message) => say(`${TITLES[name]} ${message}`),
    progress: progress.show,
  }).finally(progress.end)
  const quiet = [...wanted.pauses.map(({ from }) => start + from), start + wanted.lasts]
  return figures(sent, await readRemains(join(folder, name)), quiet, lateMs)
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    say(error instanceof RunError ? error.message : String(error instanceof Error ? error.stack : error))
    process.exitCode = error instanceof RunError ? error.exitCode : 1
  },
)
