/**
 * Reaping: what an engine remembers and need not any more is deleted, now and then.
 *
 * A table of keys that nobody empties grows for ever, and with it every claim.
 *
 * @module
 */
import type { Idempotency } from 'truce/idempotency'

/** Of a record that runs out after a day it does not matter. */
const EVERY_MS = 60_000

/** @returns ends it; what it is at still ends by itself */
export function reaping(engine: Pick<Idempotency, 'reap'>, everyMs = EVERY_MS): () => void {
  const timer = setInterval(() => {
    // The store is out, and the next time will do.
    engine.reap().catch(() => undefined)
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
