/**
 * Rows in Redis: insert-if-absent and conditional writes, each row under a key of the service's own.
 *
 * A row is a hash, each member a field of JSON, so that a change touches its own fields only; Redis' scripts
 * read JSON with a loss (long numbers, empty lists), so none of them does. A further field has the version:
 *
 * ```text
 * version        3 <the insert's token> <the last change's token>
 * count          5
 * place          {"shelf":12}
 * ```
 *
 * ioredis by itself sends again what was not answered when a connection broke. The tokens tell a script that
 * it is its own row that it finds: without them the one who came first would hear that somebody else had.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { OptionError } from '../../../guard/errors.js'
import { neededOptions } from '../../../guard/options/check.js'
import { checkId, checkVersion, type Member, membersOf, type Rows, type Versioned } from '../../rows.js'
import { clientOf, type RedisClient } from './clients.js'
import type { Script } from './scripts.js'

/** What `rows()` in Redis may be told. */
export interface RedisRowsOptions {
  /** Of all its keys: the id follows. */
  readonly prefix: string
  /** Field of the version. Default `version`. */
  readonly version?: string | undefined
}

/**
 * Rows in Redis, by ioredis or node-redis; they stay until somebody deletes them.
 *
 * @throws OptionError where the client is neither, or an option is wrong
 * @example
 * const stock = rows<{ count: number }>(new Redis(), { prefix: 'stock:' })
 * const { inserted, row } = await stock.insertIfAbsent('tea', { count: 5 })
 */
export function rows<Row extends object>(client: RedisClient, options: RedisRowsOptions): Rows<Row> {
  neededOptions(options, ['prefix', 'version'], 'rows()')
  const prefix = text('rows().prefix', options.prefix)
  const field = text('rows().version', options.version ?? 'version')
  const { run } = clientOf(client)

  const ask = async (command: Script, id: string, args: readonly string[]): Promise<Answer<Row>> => {
    const key = prefix + checkId(id)
    return answerIn<Row>(await run(command, [key], [field, ...args]), key, field)
  }
  const fields = (which: 'row' | 'change', given: unknown) => {
    const check = (path: string, name: string) => checkName(path, name, field)
    return membersOf(which, given, check).flatMap((member) => fieldOf(which, member))
  }

  return {
    insertIfAbsent: async (id, row) => {
      const { is, held } = await ask(INSERT, id, [token(), ...fields('row', row)])
      return { inserted: is === 'done', ...(held as Versioned<Row>) }
    },
    updateIfVersion: async (id, version, change) => {
      const args = [token(), String(checkVersion(version)), ...fields('change', change)]
      const { is, held } = await ask(UPDATE, id, args)
      return held ? { is: is === 'done' ? 'updated' : 'stale', ...held } : { is: 'absent' }
    },
    read: async (id) => (await ask(READ, id, [])).held,
  }
}

interface Answer<Row> {
  /** `done`: by this call. */
  readonly is: string
  readonly held: Versioned<Row> | undefined
}

/** KEYS: row. ARGV: field of the version; token; fields and their values. Answers how it ended, and the row. */
const INSERT = script(`
  local is = 'held'
  if redis.call('EXISTS', KEYS[1]) == 0 then
    redis.call('HSET', KEYS[1], ARGV[1], '1 ' .. ARGV[2] .. ' ' .. ARGV[2])
    for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
    is = 'done'
  else
    local made = (redis.call('HGET', KEYS[1], ARGV[1]) or ''):match('^%d+ (%S+)')
    if made == ARGV[2] then is = 'done' end
  end
  return { is, redis.call('HGETALL', KEYS[1]) }
`)

/** KEYS: row. ARGV: field of the version; token; version; fields and their values. Answers as `INSERT`. */
const UPDATE = script(`
  local is = 'held'
  local version, made, last = (redis.call('HGET', KEYS[1], ARGV[1]) or ''):match('^(%d+) (%S+) (%S+)$')
  if version == ARGV[3] then
    redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', version + 1) .. ' ' .. made .. ' ' .. ARGV[2])
    for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
    is = 'done'
  elseif last == ARGV[2] then
    is = 'done'
  end
  return { is, redis.call('HGETALL', KEYS[1]) }
`)

/** KEYS: row. ARGV: field of the version. Answers as `INSERT`. */
const READ = script(`return { 'held', redis.call('HGETALL', KEYS[1]) }`)

function script(lua: string): Script {
  return { text: lua, sha: createHash('sha1').update(lua).digest('hex') }
}

/** Of one call. */
function token(): string {
  return randomBytes(9).toString('base64url')
}

function answerIn<Row>(answer: unknown, key: string, field: string): Answer<Row> {
  const [is, flat] = answer as [unknown, unknown[]]
  const all = new Map<string, string>()
  for (let at = 0; at < flat.length; at += 2) all.set(String(flat[at]), String(flat[at + 1]))
  if (all.size === 0) return { is: String(is), held: undefined }
  const version = /^(\d+) \S+ \S+$/.exec(all.get(field) ?? '')?.[1]
  if (version === undefined) {
    throw new TypeError(`Redis key ${key} has no version in its field ${field}: is it used by something else?`)
  }
  all.delete(field)
  const row = Object.fromEntries([...all].map(([name, json]) => [name, JSON.parse(json) as unknown]))
  return { is: String(is), held: { row: row as Row, version: Number(version) } }
}

function checkName(path: string, name: string, field: string): void {
  if (name !== field && !/\p{Surrogate}/u.test(name)) return
  throw new OptionError(path, name, `names of whole characters, and not ${field}, which is the version's`)
}

/** What JSON would change would come back as something else. */
function fieldOf(which: string, [name, value]: Member): [string, string] {
  try {
    const json = JSON.stringify(value) as string | undefined
    if (json !== undefined && isDeepStrictEqual(JSON.parse(json), value)) return [name, json]
  } catch {
    // a BigInt, or a circle
  }
  throw new OptionError(
    `${which}.${name}`,
    value,
    'plain JSON: dates as text, no Map, no BigInt, nothing undefined within',
  )
}

function text(option: string, given: unknown): string {
  if (typeof given === 'string' && given !== '' && !/\p{Surrogate}/u.test(given)) return given
  throw new OptionError(option, given, 'a non-empty string of whole characters')
}
