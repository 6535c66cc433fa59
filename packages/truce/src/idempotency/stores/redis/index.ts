/**
 * Redis store: for services that share a Redis, by ioredis or by node-redis.
 *
 * All that decides anything happens in Redis, in one step and on its own clock. What it cannot do is to
 * share a transaction with effects in another database, and what it forgets is done again. How much it
 * forgets in a crash is a setting of the server; `ready` says what it found. Also a replica that is promoted
 * may lack the last claims: it is sent them after the answer.
 *
 * Keys that run out are deleted by Redis itself: nothing has to be reaped.
 *
 * @module
 */
import { knownOptions, oneOf } from '../../../guard/options/check.js'
import { OptionError } from '../../../guard/errors.js'
import type { IdempotencyStore } from '../../store.js'
import { batched } from './batch.js'
import { clientOf, type RedisClient } from './clients.js'
import { DURABILITY, type Durability, examine } from './durability.js'
import { ABANDON, BEGIN, COMPLETE, LOOK, NOTE, RENEW, type Script, WATCH } from './scripts.js'
import { waiting } from './waiting.js'
import * as wire from './wire.js'

export type { IoredisClient, NodeRedisClient, RedisClient } from './clients.js'
export { type RedisRowsOptions, rows } from './rows.js'

/** What `redis()` may be told. */
export interface RedisOptions {
  /** Of all its keys. Default `truce:`. */
  readonly prefix?: string | undefined
  /** What `ready` refuses to be without: `aof`, `aof-always`. Default `any`: it says what it found. */
  readonly durability?: Durability | undefined
}

/**
 * Records in Redis 6 or newer, or Valkey; one that evicts keys is refused. A cluster's client will do.
 *
 * While somebody waits for a run of another process, it listens on a connection of its own (`duplicate()` of
 * the client, given back 5 s after the last one waited).
 *
 * @example
 * const orders = idempotency({ store: redis(new Redis(process.env.REDIS_URL)), ttl: '24h' })
 * @throws OptionError where the client is neither of the two
 */
export function redis(client: RedisClient, options?: RedisOptions): IdempotencyStore {
  knownOptions(options, ['prefix', 'durability'], 'redis()')
  const prefix = options?.prefix ?? 'truce:'
  if (typeof prefix !== 'string') throw new OptionError('redis().prefix', prefix, 'a string')
  const demanded = oneOf(options?.durability ?? 'any', 'redis().durability', DURABILITY)
  const { run, spread, servers, listen } = clientOf(client)

  const one = (script: Script, scope: string, args: readonly string[]) => run(script, [prefix + scope], args)
  const begin = batched(BEGIN, run, !spread, wire.begun)
  const complete = batched(COMPLETE, run, !spread, wire.held)
  const waits = listen && waiting(listen, async (scope, waiter) => (await one(WATCH, scope, [waiter])) === 1)

  return {
    name: 'redis',
    begin: (scope, claim) => begin(prefix + scope, wire.claimArgs(claim)),
    renew: async (scope, heartbeat) => wire.held(await one(RENEW, scope, wire.renewArgs(heartbeat))),
    note: async (scope, point) => wire.held(await one(NOTE, scope, wire.noteArgs(point))),
    complete: (scope, completion) => complete(prefix + scope, wire.completeArgs(completion)),
    abandon: async (scope, end) => wire.held(await one(ABANDON, scope, wire.abandonArgs(end))),
    look: async (scope) => wire.found(await one(LOOK, scope, [])),
    ...(waits && { changed: waits.changed }),
    async ready() {
      const found = await Promise.all((await servers()).map((server) => examine(server, demanded)))
      return [...new Set(found)].join(' / ')
    },
    reap: async () => 0,
    close: async () => waits?.close(),
  }
}
