/**
 * Clients: what the store needs of ioredis and of node-redis, and nothing else of them.
 *
 * Neither is imported: who has one need not install the other. What a client throws (connection lost,
 * timeout, queue full) is thrown on as it is. ioredis by itself sends again what was not answered when a
 * connection broke: every script may be run twice, for it knows its own run by name or by fence.
 *
 * @module
 */
import { OptionError } from '../../../guard/errors.js'
import type { Script } from './scripts.js'

/** ioredis: a `Redis` or a `Cluster`. */
export interface IoredisClient {
  evalsha(sha: string, keys: number, ...args: string[]): Promise<unknown>
  eval(script: string, keys: number, ...args: string[]): Promise<unknown>
  info(): Promise<unknown>
  config(command: 'GET', names: string): Promise<unknown>
  /** Of a cluster. */
  nodes?(role: 'master'): IoredisClient[]
  /** Of a cluster, its nodes first. */
  duplicate(options?: object | never[]): IoredisListener
}

/** What listens: ioredis. */
export interface IoredisListener {
  on(event: string, heard: (...args: string[]) => void): unknown
  subscribe(channel: string): Promise<unknown>
  disconnect(): void
}

/** node-redis: a client, a pool or a cluster. */
export interface NodeRedisClient {
  evalSha(sha: string, input: ScriptInput): Promise<unknown>
  eval(script: string, input: ScriptInput): Promise<unknown>
  info(): Promise<unknown>
  configGet(names: string): Promise<unknown>
  /** Of a cluster. */
  readonly masters?: readonly object[]
  nodeClient?(node: never): object
  /** Not of a pool. */
  duplicate?(): NodeRedisListener
}

/** What listens: node-redis. */
export interface NodeRedisListener {
  on(event: string, heard: () => void): unknown
  connect(): Promise<unknown>
  subscribe(channel: string, heard: (message: string) => void): Promise<unknown>
  destroy(): void
}

interface ScriptInput {
  keys: string[]
  arguments: string[]
}

/** A client of ioredis or of node-redis. */
export type RedisClient = IoredisClient | NodeRedisClient

/** Runs a script; a Redis that does not know it (a new one, or restarted) is sent its text. */
export type Run = (script: Script, keys: readonly string[], args: readonly string[]) => Promise<unknown>

/** One server, asked about itself. */
export interface Server {
  info(): Promise<unknown>
  /** @param names a glob */
  settings(names: string): Promise<unknown>
}

/** Either client. */
export interface Client {
  readonly run: Run
  /** Keys lie on many servers: a command takes those of one only. */
  readonly spread: boolean
  /** One for each server that takes writes. */
  readonly servers: () => Promise<readonly Server[]>
  /**
   * Listens on a connection of its own; `undefined` where the client cannot have another.
   *
   * @param broken the connection is lost, or never was there
   * @returns ends it
   */
  readonly listen: ((channel: string, heard: (message: string) => void, broken: () => void) => Listening) | undefined
}

export interface Listening {
  /** Resolves when it hears; may stay open where it is `broken` before. */
  readonly ready: Promise<unknown>
  end(): void
}

/** @throws OptionError where it is neither */
export function clientOf(given: RedisClient): Client {
  const client = given as Partial<IoredisClient & NodeRedisClient> | null | undefined
  if (typeof client?.evalsha === 'function') return ofIoredis(given as IoredisClient)
  if (typeof client?.evalSha === 'function') return ofNodeRedis(given as NodeRedisClient)
  throw new OptionError('redis()', given, 'a client: new Redis() of ioredis, or createClient() of redis')
}

function ofIoredis(client: IoredisClient): Client {
  const server = (node: IoredisClient): Server => ({
    info: () => node.info(),
    settings: (names) => node.config('GET', names),
  })
  return {
    run: async (script, keys, args) =>
      orLoad(client.evalsha(script.sha, keys.length, ...keys, ...args), () =>
        client.eval(script.text, keys.length, ...keys, ...args),
      ),
    spread: typeof client.nodes === 'function',
    servers: async () => (client.nodes?.('master') ?? [client]).map(server),
    listen(channel, heard, broken) {
      // It has to wait for its own connection, also where the client's commands are not to.
      const own = client.duplicate(client.nodes ? [] : { enableOfflineQueue: true })
      own.on('message', (_, message = '') => heard(message))
      own.on('error', broken)
      own.on('close', broken)
      return { ready: own.subscribe(channel), end: () => own.disconnect() }
    },
  }
}

function ofNodeRedis(client: NodeRedisClient): Client {
  const server = (node: NodeRedisClient): Server => ({
    info: () => node.info(),
    settings: (names) => node.configGet(names),
  })
  return {
    run: async (script, keys, args) => {
      const input = { keys: [...keys], arguments: [...args] }
      return orLoad(client.evalSha(script.sha, input), () => client.eval(script.text, input))
    },
    spread: client.masters !== undefined,
    servers: async () => {
      if (!client.masters) return [server(client)]
      const nodes = await Promise.all(client.masters.map(async (node) => client.nodeClient?.(node as never)))
      return nodes.map((node) => server(node as NodeRedisClient))
    },
    listen:
      client.duplicate === undefined
        ? undefined
        : (channel, heard, broken) => {
            const own = client.duplicate?.() as NodeRedisListener
            const end = () => own.destroy()
            // Only what is destroyed within the event does not connect again.
            own.on('error', () => {
              end()
              broken()
            })
            own.on('end', broken)
            const connected = own.connect()
            return {
              ready: connected.then(() => own.subscribe(channel, heard)),
              end() {
                end()
                // A connection that is being made comes to be all the same.
                connected.then(end, () => {})
              },
            }
          },
  }
}

function orLoad(answer: Promise<unknown>, load: () => Promise<unknown>): Promise<unknown> {
  return answer.catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return load()
    throw error
  })
}
