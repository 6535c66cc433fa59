/**
 * Wire: what happens to an attempt outside of the service: its answer is lost on the way, its caller leaves, the
 * process dies under it.
 *
 * It stands around the served operation, so that what Truce records is what the service knows, and only what
 * nobody in it can know is noted here.
 *
 * @module
 */
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { MiddlewareHandler } from 'hono'
import { peer } from 'truce/peer'
import type { ServedOperation } from 'truce/server'
import { contextOf } from 'truce/server/hono'
import { now } from '../clock.js'
import type { DeliveriesLog, Delivery } from '../deliveries-log.js'
import type { Weather } from '../faults.js'
import type { Random } from '../random.js'

export type Env = { Bindings: HttpBindings }

export interface WireOptions {
  readonly log: DeliveriesLog
  readonly sky: () => Weather
  readonly random: Random
}

export interface Wire {
  /** Middleware of a route, before that of its operation. */
  of(operation: ServedOperation): MiddlewareHandler<Env>
  /** As a kill or a power cut would end the process: nothing is closed, nothing rolled back, nobody answered. */
  die(): void
}

export function wire({ log, sky, random }: WireOptions): Wire {
  /** Attempts under way: each ends as one that died with the process. */
  const underWay = new Set<() => void>()

  function of({ operation, served: { effect } }: ServedOperation): MiddlewareHandler<Env> {
    return async (c, next) => {
      const { outgoing } = c.env
      const before = sky()
      const t = now()
      const order = c.req.header('x-order-id') ?? ''
      const end = (delivered: boolean, died?: { t: number; operation: string; effect: 'read' | 'write' }) =>
        log.write({ id: contextOf(c).id, order, delivered, ...refusalOf(c.res), ...(died && { died }) })
      const died = () => end(false, { t, operation, effect })
      underWay.add(died)
      await next()
      underWay.delete(died)
      // An attempt that began before the fault loses its answer during it as well.
      const lost = before.outage === 'cut' || random() < Math.max(before.lostAnswers, sky().lostAnswers)
      const delivered = !lost && !outgoing.destroyed
      end(delivered)
      if (delivered) return
      if (lost) outgoing.destroy()
      c.res = undefined
      c.res = RESPONSE_ALREADY_SENT
    }
  }

  function die(): void {
    for (const died of underWay) died()
    // Logs write what still waits when the process exits; a kill alone would take the measurement with it.
    process.emit('exit', 137)
    process.kill(process.pid, 'SIGKILL')
  }

  return { of, die }
}

/** Of an answer that an admission gave: only it gives reasons and places, and only to callers that are known. */
function refusalOf({ headers }: Response): Pick<Delivery, 'refused'> {
  const said = peer.read(headers.get(peer.answerField) ?? '')
  if (said?.reason === undefined) return {}
  return { refused: { reason: said.reason, ...(said.slot !== undefined && { slot: said.slot }) } }
}
