/**
 * Fault routes: the faults that a service has been told to have, and the admin routes that tell it.
 *
 * @module
 */
import type { Hono } from 'hono'
import { now } from '../clock.js'
import type { Database } from '../database.js'
import { type ActiveFault, parseFaultRequest, type Weather, weather } from '../faults.js'
import type { Workers } from '../inventory/workers.js'

export interface FaultSite {
  /** Where faults are noted. */
  readonly database: Database
  readonly workers: Workers
  readonly workerCount: number
}

export interface FaultRoutes {
  /** What the faults that are on do to an attempt now. */
  readonly sky: () => Weather
  /** Adds `GET`, `POST` and `DELETE /faults`. */
  addTo<E extends object>(app: Hono<E>): void
}

export function faultRoutes({ database, workers, workerCount }: FaultSite): FaultRoutes {
  let active: ActiveFault[] = []
  const note = database.prepare('insert into faults (label, kind, started, ends) values (?, ?, ?, ?)')
  const cleared = database.prepare('update faults set ends = ? where ends is null or ends > ?')

  /** Frozen or missing workers are a state of the pool, not of an attempt: set where faults start and end. */
  function settle(): void {
    active = active.filter((one) => now() < (one.until ?? Infinity))
    const sky = weather(active, now())
    workers.resize(sky.workers ?? workerCount)
    if (sky.hang) workers.freeze()
    else workers.thaw()
  }

  function addTo<E extends object>(app: Hono<E>): void {
    app.get('/faults', (c) => c.json(active))
    app.post('/faults', async (c) => {
      const from = now()
      let request
      try {
        request = parseFaultRequest(await c.req.json())
      } catch (error) {
        return c.json({ error: error instanceof Error ? error.message : String(error) }, 400)
      }
      const until = request.for === undefined ? {} : { until: from + request.for }
      active.push({ label: request.label, fault: request.fault, from, ...until })
      note.run(request.label, request.fault.kind, from, until.until ?? null)
      settle()
      // Timers cut fractions off: one that fires before the fault is over would leave it on for good.
      if (request.for !== undefined) setTimeout(settle, Math.ceil(request.for) + 1)
      return c.json({ from, ...until })
    })
    app.delete('/faults', (c) => {
      active = []
      cleared.run(now(), now())
      settle()
      return c.json({ cleared: true })
    })
  }

  return { sky: () => weather(active, now()), addTo }
}
