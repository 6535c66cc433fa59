/**
 * What the services left behind: their databases, and their logs of attempts, deliveries and executions.
 *
 * @module
 */
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { AttemptRecord } from 'truce/telemetry'
import { openDatabase } from '../database.js'
import type { Delivery } from '../deliveries-log.js'
import type { Execution } from '../executions-log.js'
import type { Told } from '../order/store.js'
import { type ServedAttempt, servedAttempts } from './served.js'

/** An order as its service knows it. Times in epoch ms. */
export interface OrderRow {
  readonly id: string
  readonly received: number
  readonly availabilityAt: number | null
  readonly reserveAt: number | null
  readonly state: 'received' | 'confirmed' | 'pending' | 'failed'
  readonly told: Told | null
}

export interface FaultWindow {
  readonly label: string
  readonly from: number
  readonly until: number
}

export interface Remains {
  readonly orders: readonly OrderRow[]
  /** Reservations of each order (each has one line), by order id. */
  readonly reservations: ReadonlyMap<string, number>
  readonly fulfilments: ReadonlyMap<string, number>
  readonly faults: readonly FaultWindow[]
  /** What is missing from the stock, less what is reserved: 0 where neither was ever done without the other. */
  readonly stockAstray: number
  /** Attempts that reached the inventory, in the order of their arrival. */
  readonly attempts: readonly ServedAttempt[]
  /** Those that reached the warehouse. */
  readonly warehouseAttempts: readonly ServedAttempt[]
  /** How keyed calls ended, as the engines told; empty where nobody has one. */
  readonly executions: readonly Execution[]
  /** Why calls of the order service ended, as its guards recorded it; empty where nobody kept a record. */
  readonly stops: Readonly<Record<string, number>>
}

export async function readRemains(folder: string): Promise<Remains> {
  const rows = <T>(file: string, query: string): T[] => {
    const database = openDatabase(join(folder, file), '')
    try {
      return database.prepare(query).all() as T[]
    } finally {
      database.close()
    }
  }
  const counts = (file: string, table: string) =>
    new Map(
      rows<{ id: string; n: number }>(file, `select order_id as id, count(*) as n from ${table} group by order_id`).map(
        ({ id, n }) => [id, n],
      ),
    )
  const windows = `select label, min(started) as "from", max(ends) as until from faults group by label`
  const attemptsOf = async (service: string) =>
    servedAttempts(
      await linesOf<AttemptRecord>(join(folder, `${service}.attempts.jsonl`)),
      await linesOf<Delivery>(join(folder, `${service}.deliveries.jsonl`)),
    )
  const executionsOf = (service: string) => linesOf<Execution>(join(folder, `${service}.executions.jsonl`))
  const [stock] = rows<{ taken: number }>('inventory.db', 'select total(stocked - on_hand) as taken from stock')
  const [reserved] = rows<{ quantity: number }>('inventory.db', 'select total(quantity) as quantity from reservations')
  return {
    orders: rows(
      'order.db',
      'select id, received, availability_at as availabilityAt, reserve_at as reserveAt, state, told from orders',
    ),
    reservations: counts('inventory.db', 'reservations'),
    fulfilments: counts('warehouse.db', 'fulfilments'),
    faults: merged([...rows<FaultWindow>('inventory.db', windows), ...rows<FaultWindow>('warehouse.db', windows)]),
    stockAstray: (stock?.taken ?? 0) - (reserved?.quantity ?? 0),
    attempts: await attemptsOf('inventory'),
    warehouseAttempts: await attemptsOf('warehouse'),
    executions: [...(await executionsOf('inventory')), ...(await executionsOf('order'))],
    stops: await readStops(join(folder, 'order.attempts.jsonl')),
  }
}

/** A fault of two services is one: from the first start to the last end. */
export function merged(windows: readonly FaultWindow[]): FaultWindow[] {
  const byLabel = new Map<string, FaultWindow>()
  for (const window of windows) {
    const known = byLabel.get(window.label) ?? window
    byLabel.set(window.label, {
      label: window.label,
      from: Math.min(known.from, window.from),
      until: Math.max(known.until, window.until),
    })
  }
  return [...byLabel.values()].toSorted((a, b) => a.from - b.from)
}

/** `ok` is left out: what interests is why calls ended without success. */
async function readStops(path: string): Promise<Record<string, number>> {
  const stops: Record<string, number> = {}
  await eachLine(path, (line) => {
    const stop = (line as { stop?: unknown }).stop
    if (typeof stop === 'string' && stop !== 'ok') stops[stop] = (stops[stop] ?? 0) + 1
  })
  return stops
}

async function linesOf<T>(path: string): Promise<T[]> {
  const lines: T[] = []
  await eachLine(path, (line) => lines.push(line as T))
  return lines
}

async function eachLine(path: string, take: (line: unknown) => void): Promise<void> {
  if (!existsSync(path)) return
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (line) take(JSON.parse(line))
  }
}
