/**
 * Redis clients: both, for tests that every client has to pass.
 *
 * @module
 */
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import type { RedisClient } from '../../src/idempotency/stores/redis/index.js'

export interface Connected {
  readonly client: RedisClient
  /** Ends its connections at once. */
  readonly end: () => void
}

/** Connects without noise: tests break connections on purpose. */
export type Connect = (url: string) => Promise<Connected>

const quiet = () => {}

export const ioredis: Connect = async (url) => {
  const client = new Redis(url)
  client.on('error', quiet)
  return { client, end: () => client.disconnect() }
}

export const nodeRedis: Connect = async (url) => {
  const client = createClient({ url })
  client.on('error', quiet)
  await client.connect()
  return { client, end: () => client.destroy() }
}

export const ioredisCluster: Connect = async (url) => {
  const client = new Cluster([url])
  client.on('error', quiet)
  return { client, end: () => client.disconnect() }
}

export const nodeRedisCluster: Connect = async (url) => {
  const client = createCluster({ rootNodes: [{ url }] })
  client.on('error', quiet)
  await client.connect()
  return { client, end: () => client.destroy() }
}

export const CLIENTS: readonly (readonly [name: string, connect: Connect])[] = [
  ['ioredis', ioredis],
  ['node-redis', nodeRedis],
]

export const CLUSTERS: typeof CLIENTS = [
  ['a cluster by ioredis', ioredisCluster],
  ['a cluster by node-redis', nodeRedisCluster],
]
