/**
 * Table: where the records are, as SQL writes it.
 *
 * Names go into statements as they are, since no parameter can stand for them: what is not a plain
 * identifier is refused before anything is sent.
 *
 * @module
 */
import { OptionError } from '../../../guard/errors.js'

/** Where the records are. */
export interface TableOptions {
  /** Default: the first of the connection's `search_path`. */
  readonly schema?: string | undefined
  /** Default `truce_idempotency`. */
  readonly table?: string | undefined
}

export interface Table {
  /** Quoted, with its schema where one was given. */
  readonly name: string
  /** Of the table in which the migrations that ran are written down, quoted. */
  readonly migrations: string
  /** Of the index by which the reaper goes, quoted; it lies in the table's schema. */
  readonly sweep: string
  readonly schema: string | undefined
  /** Quoted name of one of the server's functions; one version of them leaves those of another alone. */
  readonly call: (name: string) => string
  /** On which changes are told. */
  readonly channel: string
}

/** Postgres cuts longer names silently; this is the longest that is appended. */
const LONGEST = 63 - '_migrations'.length
const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/

export function tableOf({ schema, table = 'truce_idempotency' }: TableOptions): Table {
  if (schema !== undefined) check('schema', schema, 63)
  check('table', table, LONGEST)
  const within = (name: string) => (schema === undefined ? `"${name}"` : `"${schema}"."${name}"`)
  return {
    name: within(table),
    migrations: within(`${table}_migrations`),
    sweep: `"${table}_sweep"`,
    schema,
    call: (name) => within(`${table}_${name}_v1`),
    // Two schemas on one channel wake each other's waiters: too early does no harm.
    channel: table,
  }
}

function check(option: string, name: unknown, longest: number): void {
  if (typeof name === 'string' && PLAIN.test(name) && name.length <= longest) return
  throw new OptionError(option, name, `letters, digits and _, not beginning with a digit, at most ${longest} of them`)
}
