/**
 * Scenarios: a capacity, overloads, outages: each with processes of its own.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { goodput, peakOf, quantile, rateOf, recoveredAfter } from './figures.js'
import type { CallerJob, ServiceJob } from './messages.js'
import { beside } from './processes.js'
import type { Scale } from './scale.js'

const service = ({ mean }: Scale, workers: number, admission: boolean): ServiceJob => ({ workers, mean, admission })

function callers(scale: Scale, load: CallerJob['load'], guards: number) {
  return (url: string): readonly CallerJob[] =>
    Array.from({ length: scale.processes }, (_, process) => ({
      url,
      process,
      guards,
      instances: scale.processes * guards,
      load,
    }))
}

/** What it serves alone, a second: as much at once as keeps its workers busy, and nobody who gives up. */
export function capacity(scale: Scale): Promise<number> {
  const one: Omit<CallerJob, 'url'> = {
    process: 0,
    guards: 0,
    instances: 1,
    load: { kind: 'bare', atOnce: scale.overloaded * 2 },
  }
  return beside(
    service(scale, scale.overloaded, false),
    (url) => [{ ...one, url }],
    async (serving, calling) => {
      calling.go()
      await sleep(scale.warm / 2)
      const from = Date.now()
      await sleep(scale.measured)
      const to = Date.now()
      return rateOf((await serving.counts()).done, from, to)
    },
  )
}

export interface UnderLoad {
  /** Calls that ended well, a second. */
  readonly goodput: number
  /** Of attempts that were answered well, as their callers saw them, ms. */
  readonly p99: number
}

/**
 * Open load, with retries: callers come at their own pace, however they fare. Before it is half of what the service can
 * do, as before every overload.
 *
 * @param rate calls a second, of all @param alone what the service serves alone, a second
 */
export function underLoad(scale: Scale, admission: boolean, rate: number, alone: number): Promise<UnderLoad> {
  const calm = { ms: scale.warm, rate: alone / 2 / scale.processes }
  const load = { kind: 'open', rate: rate / scale.processes, calm } as const
  return beside(service(scale, scale.overloaded, admission), callers(scale, load, 1), async (_serving, calling) => {
    calling.go()
    await sleep(scale.warm + scale.settle)
    const from = Date.now()
    await sleep(scale.measured)
    const to = Date.now()
    const { calls, attempts } = await calling.seen()
    const within = attempts.filter(([at]) => at >= from && at < to).map(([, ms]) => ms)
    return { goodput: goodput(calls, from, to), p99: quantile(within, 0.99) }
  })
}

export interface Outage {
  /** ms from its end until 99 % of calls succeed. */
  readonly recover: number | null
  /** Attempts in the worst of the seconds after it ÷ attempts a second before it. */
  readonly peak: number
  /** The same of the seconds before it: chance alone. */
  readonly usualPeak: number
}

/** What the service works with stands still for a while; somebody waits for each call. */
export function outage(scale: Scale, admission: boolean): Promise<Outage> {
  const load = { kind: 'closed', think: scale.think } as const
  return beside(
    service(scale, scale.workers, admission),
    callers(scale, load, scale.guards),
    async (serving, calling) => {
      calling.go()
      await sleep(scale.warm)
      const from = Date.now()
      await sleep(scale.measured)
      const began = Date.now()
      serving.tell('freeze')
      await sleep(scale.outage)
      const ended = Date.now()
      serving.tell('thaw')
      await sleep(scale.after)
      const until = ended + Math.min(10_000, scale.after * 0.8)
      const [{ calls }, { came }] = [await calling.seen(), await serving.counts()]
      const usual = rateOf(came, from, began)
      return {
        recover: recoveredAfter(calls, ended, until),
        peak: peakOf(came, ended, until) / usual,
        usualPeak: peakOf(came, from, began) / usual,
      }
    },
  )
}

/** Medians of so many: the worst of ten seconds of callers that come by chance is chance for the most part. */
export async function outages(scale: Scale, admission: boolean): Promise<Outage> {
  const all: Outage[] = []
  for (let n = 0; n < scale.outages; n++) all.push(await outage(scale, admission))
  const medianOf = (of: (each: Outage) => number): number => quantile(all.map(of), 0.5)
  // One that never came back is the longest.
  const recover = medianOf((each) => each.recover ?? Number.POSITIVE_INFINITY)
  return {
    recover: recover === Number.POSITIVE_INFINITY ? null : recover,
    peak: medianOf(({ peak }) => peak),
    usualPeak: medianOf(({ usualPeak }) => usualPeak),
  }
}

/** The same, and nobody waits: each guard has one job, begun when it stood still. @returns ms from its end, of the last */
export function jobs(scale: Scale, admission: boolean): Promise<number | null> {
  const count = scale.processes * scale.guards
  return beside(
    service(scale, scale.workers, admission),
    callers(scale, { kind: 'jobs' }, scale.guards),
    async (serving, calling) => {
      await warmUp(serving.url, scale)
      serving.tell('freeze')
      calling.go()
      await sleep(scale.outage)
      const ended = Date.now()
      serving.tell('thaw')
      for (let round = 0; round < 120; round++) {
        await sleep(Math.min(500, scale.after / 4))
        const { calls } = await calling.seen()
        const done = calls.filter(({ ok }) => ok)
        if (done.length === count) return Math.max(...done.map((each) => each.ended)) - ended
      }
      return null
    },
  )
}

/** A service that has served before: its outage is not its first second. */
async function warmUp(url: string, { workers, warm }: Scale): Promise<void> {
  const until = Date.now() + warm
  const one = async (): Promise<void> => {
    while (Date.now() < until) await (await fetch(url)).arrayBuffer()
  }
  await Promise.all(Array.from({ length: workers }, one))
}
