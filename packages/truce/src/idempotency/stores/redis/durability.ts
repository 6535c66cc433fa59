/**
 * Durability: what this Redis is worth as a memory, found before the first key is trusted to it.
 *
 * A Redis that evicts forgets that an order was placed, and the order is placed again: it is refused. One
 * that forgets in a crash is a choice, so it is named, or refused where more was asked for. Hosted Redis
 * often forbids CONFIG; then INFO is read, and what could not be checked is said.
 *
 * @module
 */
import { OptionError } from '../../../guard/errors.js'
import type { Server } from './clients.js'

/** `aof`: it writes each change to a file; `aof-always`: before it answers. */
export const DURABILITY = Object.freeze(['any', 'aof', 'aof-always'] as const)

export type Durability = (typeof DURABILITY)[number]

/** Its first with SET … KEEPTTL. */
const OLDEST = 6

/**
 * What the server is, in a sentence for the log.
 *
 * @throws OptionError where it cannot keep what the store promises, saying what to change
 */
export async function examine(server: Server, demanded: Durability): Promise<string> {
  const info = fields(await server.info())
  const settings = await configuration(server)
  const version = info.get('redis_version') ?? ''
  if (Number.parseInt(version, 10) < OLDEST) {
    throw new OptionError('redis()', `Redis ${version}`, `Redis ${OLDEST} or newer, or Valkey`)
  }
  if (info.get('arch_bits') === '32') {
    throw new OptionError('redis()', 'a Redis of 32 bits', 'one of 64 bits: its scripts reckon with µs')
  }
  const role = info.get('role')
  if (role === 'slave') {
    throw new OptionError('redis()', 'a client of a replica', 'a client of the primary: a claim on a copy is none')
  }
  const policy = settings?.get('maxmemory-policy') ?? info.get('maxmemory_policy')
  const eviction = evicts(policy, settings?.get('maxmemory') ?? info.get('maxmemory'))
  const { words, worth } = durability(info.get('aof_enabled') === '1', settings)
  if (DURABILITY.indexOf(worth) < DURABILITY.indexOf(demanded)) {
    throw new OptionError('durability', demanded, `what this Redis has: ${words}. ${ADVICE[demanded]}`)
  }
  const name = info.get('server_name') === 'valkey' ? `Valkey ${info.get('valkey_version')}` : `Redis ${version}`
  return [name, words, ...eviction].join('; ')
}

const ADVICE: Readonly<Record<Durability, string>> = {
  any: '',
  aof: 'Set appendonly yes there, or leave the option out',
  'aof-always':
    'Set appendonly yes and appendfsync always there; where CONFIG is forbidden nobody can check it: leave the option out',
}

/** @returns what is to be said of it, if anything */
function evicts(policy: string | undefined, maxmemory: string | undefined): string[] {
  if (policy === 'noeviction') return []
  if (policy === undefined) return ['whether it evicts keys could not be checked: see to maxmemory-policy noeviction']
  if (maxmemory === '0') return [`maxmemory-policy is ${policy}: it would evict keys as soon as maxmemory is set`]
  throw new OptionError(
    'redis()',
    'a Redis that evicts keys',
    `one with maxmemory-policy noeviction (it has ${policy}, and maxmemory ${maxmemory ?? 'unknown'}): what was done ` +
      'under an evicted key is done again. Set it there (hosted: in the parameter group), or give keys a Redis apart ' +
      'from the cache',
  )
}

function durability(
  aof: boolean,
  settings: ReadonlyMap<string, string> | undefined,
): { readonly words: string; readonly worth: Durability } {
  if (settings === undefined) {
    const hidden = 'CONFIG is forbidden here, so'
    if (aof) return { words: `AOF; ${hidden} appendfsync could not be checked`, worth: 'aof' }
    return { words: `no AOF: a crash forgets keys; ${hidden} snapshots could not be checked`, worth: 'any' }
  }
  if (!aof) {
    const saves = (settings.get('save') ?? '') !== ''
    const words = saves
      ? 'no AOF, snapshots only (RDB): a crash forgets all keys since the last one'
      : 'nothing is kept on disk: a restart forgets all keys'
    return { words, worth: 'any' }
  }
  switch (settings.get('appendfsync')) {
    case 'always':
      return { words: 'AOF, fsync always: a crash forgets nothing', worth: 'aof-always' }
    case 'everysec':
      return { words: 'AOF, fsync everysec: a crash of the machine forgets up to two seconds', worth: 'aof' }
    default:
      return { words: 'AOF, fsync left to the system: a crash of the machine may forget half a minute', worth: 'aof' }
  }
}

/** @returns undefined where it is forbidden */
async function configuration(server: Server): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const answers = await Promise.all(['maxmemory*', 'append*', 'save'].map((name) => server.settings(name)))
    const settings = new Map(answers.flatMap(pairs))
    return settings.has('appendfsync') ? settings : undefined
  } catch (error) {
    // Whatever else is wrong, INFO would have failed as well.
    if (isForbidden(error)) return undefined
    throw error
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && /^(NOPERM|ERR) /.test(error.message)
}

/** Of the wire a list, of a client that has turned it into something better that. */
function pairs(answer: unknown): [string, string][] {
  if (answer instanceof Map) return [...answer].map(([name, value]) => [String(name), String(value)])
  if (!Array.isArray(answer)) return Object.entries(answer ?? {}).map(([name, value]) => [name, String(value)])
  return answer.flatMap((name, i) => (i % 2 === 0 ? [[String(name), String(answer[i + 1])] as [string, string]] : []))
}

/** `name:value` lines. */
function fields(answer: unknown): ReadonlyMap<string, string> {
  return new Map(
    String(answer)
      .split('\r\n')
      .map((line) => line.split(/:(.*)/s, 2) as [string, string])
      .filter(([, value]) => value !== undefined),
  )
}
