/**
 * The load: orders sent when the plan says so, whether or not earlier ones were answered.
 *
 * A driver that waits for answers before it sends more slows down with the service and hides its collapse.
 *
 * @module
 */
import { setMaxListeners } from 'node:events'
import type { Arrival } from './plan.js'

/** One order as its user saw it. Times in epoch ms. */
export interface Sent {
  readonly id: string
  readonly at: number
  /** undefined: no answer before the run ended. */
  status?: number
  ms?: number
}

export interface Driver {
  /** Each order once, as its first press was answered. */
  readonly sent: readonly Sent[]
  readonly unanswered: number
  /** Resolves when the last order has been sent. */
  readonly done: Promise<void>
  /** Sends nothing more and hangs up on what is not answered. */
  stop(): void
}

const CONFIRMED = 201

export function drive(orders: readonly Arrival[], order: string, clock: () => number): Driver {
  const sent: Sent[] = []
  const stopped = new AbortController()
  setMaxListeners(0, stopped.signal) // one for every order that waits: in a collapse, thousands
  const start = clock()
  let next = 0
  let unanswered = 0
  let timer: NodeJS.Timeout | undefined
  let end: () => void = () => undefined
  const done = new Promise<void>((resolve) => (end = resolve))

  async function send(arrival: Arrival): Promise<void> {
    const record: Sent = { id: arrival.id, at: clock() }
    sent.push(record)
    const answered = post(arrival)
    if (arrival.again === 'twice') void post(arrival)
    const status = await answered
    if (status === undefined) return
    record.status = status
    record.ms = clock() - record.at
    if (arrival.again === 'changed' && status === CONFIRMED) {
      await post({ ...arrival, quantity: arrival.quantity + 1 })
    }
  }

  /** The status of the answer; undefined: there was none. */
  async function post({ id, sku, quantity }: Arrival): Promise<number | undefined> {
    unanswered++
    try {
      const answer = await fetch(`${order}/orders`, {
        method: 'POST',
        // Made with the wish: however often its user presses, it is the same.
        headers: { 'content-type': 'application/json', 'idempotency-key': `"${id}_wish"` },
        body: JSON.stringify({ id, sku, quantity }),
        signal: stopped.signal,
      })
      await answer.arrayBuffer()
      return answer.status
    } catch {
      return undefined
    } finally {
      unanswered--
    }
  }

  function tick(): void {
    const now = clock() - start
    for (let due = orders[next]; due && due.at <= now; due = orders[++next]) void send(due)
    const coming = orders[next]
    if (!coming || stopped.signal.aborted) return end()
    timer = setTimeout(tick, Math.max(1, coming.at - now))
  }

  tick()
  return {
    sent,
    get unanswered() {
      return unanswered
    },
    done,
    stop() {
      clearTimeout(timer)
      stopped.abort()
      end()
    },
  }
}
