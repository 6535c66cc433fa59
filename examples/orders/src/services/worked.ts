/**
 * A route that does work: the faults that are on, the wait for a worker, the effect, the answer, the record.
 *
 * @module
 */
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context, Hono } from 'hono'
import type { AttemptsLog, ServedAttempt } from '../attempts-log.js'
import type { Database } from '../database.js'
import { type ActiveFault, parseFaultRequest, slowness, type Weather, weather } from '../faults.js'
import type { Workers } from '../inventory/workers.js'
import { type Random, spread } from '../random.js'
import type { Sent } from './keyed.js'

export type Env = { Bindings: HttpBindings }

/** Milliseconds since the epoch with fractions, from a clock that does not jump. */
export const now = () => performance.timeOrigin + performance.now()

export interface Work {
  readonly operation: string
  readonly effect: 'read' | 'write'
  /** Mean ms of one worker. */
  readonly ms: number
  readonly order: string
  /** What the work does, in one transaction; run when a worker has spent its time. */
  readonly apply: () => Sent | Promise<Sent>
}

export interface Site {
  readonly service: string
  readonly database: Database
  readonly log: AttemptsLog
  readonly workers: Workers
  readonly workerCount: number
  readonly random: Random
  /** Other records to be written out before the process dies. */
  readonly lastWords?: () => void
}

export interface Worked {
  /** Serves one attempt under the faults that are on. */
  serve(c: Context<Env>, work: Work): Promise<Response>
  /** Said in the middle of an effect: where a crash is ordered, the process dies here. */
  midway(): void
  /** Adds `GET`, `POST` and `DELETE /faults`. */
  adminRoutes(app: Hono<Env>): void
}

export function workedRoutes(site: Site): Worked {
  let active: ActiveFault[] = []
  /** Attempts under way: each ends as one that died with the process. */
  const underWay = new Set<() => void>()
  const note = site.database.prepare('insert into faults (label, kind, started, ends) values (?, ?, ?, ?)')
  const cleared = site.database.prepare('update faults set ends = ? where ends is null or ends > ?')

  /** Frozen or missing workers are a state of the pool, not of an attempt: set where faults start and end. */
  function settle(): void {
    active = active.filter((one) => now() < (one.until ?? Infinity))
    const { hang, workers } = weather(active, now())
    site.workers.resize(workers ?? site.workerCount)
    if (hang) site.workers.freeze()
    else site.workers.thaw()
  }

  async function serve(c: Context<Env>, work: Work): Promise<Response> {
    const { outgoing } = c.env
    const at = now()
    const sky = weather(active, at)
    const died = () => end('unavailable', false, false)
    const end = (outcome: ServedAttempt['outcome'], applied: boolean, delivered: boolean, replayed = false) => {
      underWay.delete(died)
      site.log.write({
        v: 1,
        side: 'server',
        t: at,
        call: `${work.order}/${work.operation}`,
        order: work.order,
        service: site.service,
        dependency: site.service,
        operation: work.operation,
        effect: work.effect,
        ms: now() - at,
        outcome,
        certainty: applied ? 'applied' : 'not-applied',
        delivered,
        ...(replayed && { replayed }),
      })
    }
    underWay.add(died)

    if (sky.outage) {
      end('unavailable', false, sky.outage === 'answer')
      return sky.outage === 'cut' ? cut(outgoing) : c.json({ error: 'unavailable' }, 503)
    }
    if (site.random() < sky.errors) {
      end('internal', false, true)
      return c.json({ error: 'internal' }, 500)
    }
    const gone = () => outgoing.destroyed
    const turn = await site.workers.work(() => spread(work.ms, site.random) * slowness(sky.slow, site.random), gone)
    if (turn !== 'done') {
      end('overloaded', false, !gone())
      return gone() ? RESPONSE_ALREADY_SENT : c.json({ error: 'busy' }, 503)
    }
    let sent: Sent
    try {
      sent = await work.apply()
    } catch (error) {
      end('internal', false, !gone())
      throw error
    }
    const { status, body, replayed, retryAfter } = sent
    const lost = site.random() < lostAnswers(sky, now())
    const applied = status < 300
    end(applied ? 'ok' : status === 503 ? 'unavailable' : 'rejected', applied, !lost && !gone(), replayed)
    if (lost) return cut(outgoing)
    if (gone()) return RESPONSE_ALREADY_SENT
    return c.json(body, status, {
      ...(replayed && { 'idempotent-replayed': 'true' }),
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    })
  }

  /** As a kill or a power cut would end it: nothing is closed, nothing rolled back, nobody answered. */
  function midway(): void {
    if (!weather(active, now()).crash) return
    for (const died of underWay) died()
    site.log.flush()
    site.lastWords?.()
    process.kill(process.pid, 'SIGKILL')
  }

  /** Also an attempt that began before the fault loses its answer during it. */
  const lostAnswers = (before: Weather, at: number) => Math.max(before.lostAnswers, weather(active, at).lostAnswers)

  function adminRoutes(app: Hono<Env>): void {
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

  return { serve, midway, adminRoutes }
}

/** The connection is closed without an answer: the caller cannot know what was done. */
function cut(outgoing: HttpBindings['outgoing']): Response {
  outgoing.destroy()
  return RESPONSE_ALREADY_SENT
}
