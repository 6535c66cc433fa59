/**
 * Watch: takes the errors of a client of pg that nobody else waits for.
 *
 * A connection that breaks while it is out of the pool tells so by an `error` event, which ends the process
 * where nobody listens.
 *
 * @module
 */
import type { PgClient } from './pg-client.js'

export interface Watched {
  isBroken(): boolean
  stop(): void
}

/** @param gone called at the loss */
export function watch(client: PgClient, gone: () => void = () => undefined): Watched {
  let isBroken = false
  const broke = () => {
    isBroken = true
    gone()
  }
  client.on('error', broke)
  client.on('end', broke)
  return {
    isBroken: () => isBroken,
    stop() {
      client.off('error', broke)
      client.off('end', broke)
    },
  }
}
