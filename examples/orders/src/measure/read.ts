/**
 * What the services left behind: their databases, and their logs of attempts.
 *
 * @module
 */
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ServedAttempt } from '../attempts-log.js'
import { openDatabase } from '../database.js'
import type { Told } from '../order/store.js'

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
  /** Attempts that reached the inventory, in the order of their arrival. */
  readonly attempts: readonly ServedAttempt[]
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
  const attempts: ServedAttempt[] = []
  await eachLine(join(folder, 'inventory.attempts.jsonl'), (line) => attempts.push(line as ServedAttempt))
  return {
    orders: rows(
      'order.db',
      'select id, received, availability_at as availabilityAt, reserve_at as reserveAt, state, told from orders',
    ),
    reservations: counts('inventory.db', 'reservations'),
    fulfilments: counts('warehouse.db', 'fulfilments'),
    faults: merged([...rows<FaultWindow>('inventory.db', windows), ...rows<FaultWindow>('warehouse.db', windows)]),
    attempts: attempts.toSorted((a, b) => a.t - b.t),
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

async function eachLine(path: string, take: (line: unknown) => void): Promise<void> {
  if (!existsSync(path)) return
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (line) take(JSON.parse(line))
  }
}
