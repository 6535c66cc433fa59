/**
 * One half of a run: fresh services, the planned arrivals and faults, a bounded wait for what is owed, the end.
 *
 * @module
 */
import { mkdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from './clock.js'
import { drive, type Driver, type Sent } from './drive.js'
import type { Fault } from './faults.js'
import type { Arrival, Plan, PlannedFault } from './plan.js'
import { type Family, family, RunError, type Service } from './processes.js'
import type { OrderSettings } from './services/order.js'

export type HalfName = OrderSettings['half']

export interface HalfOptions {
  readonly half: HalfName
  readonly plan: Plan
  readonly orders: readonly Arrival[]
  readonly folder: string
  readonly seed: number
  /** First of three ports; without it free ones are taken. */
  readonly port?: number
  readonly interrupted: Promise<never>
  readonly tell: (message: string) => void
  readonly progress: (progress: Progress) => void
}

export interface Progress {
  readonly ms: number
  readonly sent: number
  readonly confirmed: number
  readonly pending: number
  readonly failed: number
  readonly fault: string
}

const PROGRESS_MS = 250
const LATENESS_RESOLUTION_MS = 10
const DRAIN_LOOK_MS = 100

export interface Played {
  /** The orders as their users saw them; everything else stands in the folder. */
  readonly sent: readonly Sent[]
  /** Of the arrivals, epoch ms. */
  readonly start: number
  /** How late the driver's timers ran, 99 %: on a starved machine the services stall alike. */
  readonly lateMs: number
}

export async function runHalf(options: HalfOptions): Promise<Played> {
  makeFolder(options.folder)
  const services = family()
  try {
    return await Promise.race([play(options, services), services.broken, options.interrupted])
  } finally {
    await services.end()
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new RunError(`The run cannot keep its databases and logs (${said}). Choose another --out.`, 2)
  }
}

async function play(options: HalfOptions, services: Family): Promise<Played> {
  const { plan, folder, seed } = options
  const port = (offset: number) => (options.port === undefined ? 0 : options.port + offset)
  const admission = options.half === 'truce'
  const [inventory, warehouse] = await Promise.all([
    services.start('inventory', { port: port(0), folder, seed, admission }),
    services.start('warehouse', { port: port(1), folder, seed }),
  ])
  const calls: OrderSettings = {
    port: port(2),
    folder,
    seed,
    half: options.half,
    inventory: inventory.url,
    warehouse: warehouse.url,
  }
  const order = await services.start('order', calls)
  for (const { name, pid, url } of [inventory, warehouse, order]) options.tell(`${name}: pid ${pid}, ${url}`)

  async function inventoryFault(fault: PlannedFault): Promise<void> {
    const until = now() + fault.for
    if (fault.crash) {
      const settings = { port: Number(new URL(inventory.url).port), folder, seed, admission }
      const back = services.restart('inventory', settings)
      await putFault(inventory, fault.label, fault.for, { kind: 'crash' })
      const { pid } = await back
      options.tell(`inventory: died in the middle of a reservation, is back as pid ${pid}`)
    }
    const left = until - now()
    if (fault.inventory && left > 0) await putFault(inventory, fault.label, left, fault.inventory)
  }

  let refuse: (error: unknown) => void
  const refused = new Promise<never>((_, reject) => (refuse = reject))
  refused.catch(() => undefined)
  const lateness = monitorEventLoopDelay({ resolution: LATENESS_RESOLUTION_MS })
  lateness.enable()
  const start = now()
  const driver = drive(options.orders, order.url, now)
  const timers = plan.faults.flatMap((fault) => [
    setTimeout(() => void inventoryFault(fault).catch(refuse), fault.at),
    ...(fault.warehouse ?? []).map((stage) =>
      setTimeout(
        () => void putFault(warehouse, fault.label, stage.for, stage.fault).catch(refuse),
        fault.at + stage.after,
      ),
    ),
  ])
  const watch = setInterval(() => options.progress(progressOf(driver, plan, now() - start)), PROGRESS_MS)
  try {
    await Promise.race([driver.done, refused, services.broken, options.interrupted])
    await drained(driver, order.url, now() + plan.drain)
    options.progress(progressOf(driver, plan, now() - start))
    return { sent: driver.sent, start, lateMs: lateness.percentile(99) / 1e6 - LATENESS_RESOLUTION_MS }
  } finally {
    driver.stop()
    lateness.disable()
    clearInterval(watch)
    for (const timer of timers) clearTimeout(timer)
  }
}

async function putFault(service: Service, label: string, lasts: number, fault: Fault): Promise<void> {
  const body = JSON.stringify({ ...fault, label, for: lasts })
  // A service that is gone is reported by its family, not here.
  const answer = await fetch(`${service.url}/faults`, { method: 'POST', body }).catch(() => undefined)
  if (answer && !answer.ok) throw new RunError(`The fault "${label}" was refused: ${await answer.text()}`)
}

/** Waits until every order is answered and nothing is owed, at most until `until`. */
async function drained(driver: Driver, order: string, until: number): Promise<void> {
  while (now() < until) {
    if (driver.unanswered === 0 && (await open(order)) === 0) return
    await sleep(DRAIN_LOOK_MS)
  }
}

async function open(order: string): Promise<number> {
  const answer = await fetch(`${order}/open`).catch(() => undefined)
  if (!answer) return Infinity
  return ((await answer.json()) as { open: number }).open
}

function progressOf(driver: Driver, plan: Plan, ms: number): Progress {
  const told = (status: number) => driver.sent.filter((one) => one.status === status).length
  const fault = plan.faults.find(({ at, for: lasts }) => at <= ms && ms < at + lasts)
  return {
    ms,
    sent: driver.sent.length,
    confirmed: told(201),
    pending: told(202),
    failed: told(503),
    fault: fault?.label ?? '',
  }
}
