/**
 * Worked: what a service does for an attempt: the faults that are on, the wait for a worker, the effect.
 *
 * @module
 */
import type { Context } from 'hono'
import { CallerLeftError } from 'truce/server'
import { contextOf } from 'truce/server/hono'
import { slowness, type Weather } from '../faults.js'
import type { Workers } from '../inventory/workers.js'
import { type Random, spread } from '../random.js'
import type { Env } from './wire.js'

/** What a route says; plain JSON, so that it can be kept under a key and given again. */
export interface Answer {
  readonly status: 200 | 201 | 409
  readonly body: object
}

export interface WorkSite {
  readonly sky: () => Weather
  readonly workers: Workers
  readonly random: Random
}

/**
 * Works on one attempt.
 *
 * @param ms mean time that one worker needs
 * @param apply what the work does, once a worker has spent its time
 */
export type Work = (c: Context<Env>, ms: number, apply: () => Answer | Promise<Answer>) => Promise<Response>

export function workOn({ sky, workers, random }: WorkSite): Work {
  return async (c, ms, apply) => {
    const { outage, errors, slow } = sky()
    if (outage) return c.json({ error: 'unavailable' }, 503)
    if (random() < errors) return c.json({ error: 'internal' }, 500)
    const { signal } = contextOf(c)
    const turn = await workers.work(
      () => spread(ms, random) * slowness(slow, random),
      () => forNobody(signal),
    )
    if (turn === 'dropped') signal.throwIfAborted()
    if (turn !== 'done') return c.json({ error: 'busy' }, 503)
    const { status, body } = await apply()
    return c.json(body, status)
  }
}

/**
 * Is its deadline over, or its key lost? A caller that has left without having said a deadline is worked for, as it
 * is in most services: the half without Truce has to meet what it meets elsewhere.
 */
function forNobody({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof CallerLeftError)
}
