/**
 * Rows of a table: where they are, as the caller says it, checked once.
 *
 * Names go into statements as they are, since no parameter can stand for them: what is not a plain identifier
 * is refused before anything is sent. Values go as parameters, always.
 *
 * @module
 */
import { OptionError } from '../../guard/errors.js'
import { neededOptions } from '../../guard/options/check.js'
import { membersOf, type Member, type Versioned } from '../rows.js'

/** A table of the service's own. */
export interface RowsOptions<Row extends object> {
  readonly table: string
  /** Column of the id; it has a unique index, as primary keys do. */
  readonly id: string
  /** Column of the version, of whole numbers and NOT NULL. Default `version`. */
  readonly version?: string | undefined
  /** Columns that are written and read; others are left alone. */
  readonly columns: readonly (keyof Row & string)[]
}

export interface TableRows {
  readonly table: string
  readonly id: string
  readonly version: string
  readonly columns: readonly string[]
  /** @throws OptionError where there is a member without a column */
  members(which: 'row' | 'change', given: unknown): Member[]
  /** @param values the version, then the columns */
  rowOf<Row>(values: readonly unknown[]): Versioned<Row>
  /** Nothing tells who came first. */
  noIndex(cause: Error): OptionError
  /** Neither written nor there, however often it is tried. */
  unseen(id: string): OptionError
}

const NAMES = ['table', 'id', 'version', 'columns'] as const
const PLAIN = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/

/** @throws OptionError */
export function tableRows<Row extends object>(options: RowsOptions<Row>, more: readonly string[] = []): TableRows {
  neededOptions(options, [...NAMES, ...more], 'rows()')
  const table = identifier('rows().table', options.table)
  const id = identifier('rows().id', options.id)
  const version = identifier('rows().version', options.version ?? 'version')
  const columns = columnsOf(options.columns)
  if (new Set([id, version, ...columns]).size !== columns.length + 2) {
    throw new OptionError('rows().columns', columns, `each column once, and neither ${id} nor ${version}`)
  }
  return {
    table,
    id,
    version,
    columns,
    members: (which, given) =>
      membersOf(which, given, (path, name) => {
        if (columns.includes(name)) return
        throw new OptionError(path, name, `columns that rows() was told of: ${columns.join(', ')}`)
      }),
    rowOf: ([at, ...values]) => ({
      row: Object.fromEntries(columns.map((column, index) => [column, values[index]])) as never,
      version: wholeVersion(at, table, version),
    }),
    noIndex: ({ message }) => new OptionError('rows().id', id, `a column with a unique index (${message})`),
    unseen: (row) => {
      const why = `ids that may be written and read: ${table} takes no row of this one and shows none (a trigger, or a policy)`
      return new OptionError('id', row, why)
    },
  }
}

/** @throws OptionError where it is no plain identifier */
export function identifier(option: string, name: unknown): string {
  if (typeof name === 'string' && PLAIN.test(name)) return name
  throw new OptionError(option, name, 'letters, digits and _, not beginning with a digit, at most 63 of them')
}

function columnsOf(given: unknown): readonly string[] {
  if (!Array.isArray(given) || given.length === 0) throw new OptionError('rows().columns', given, 'a list of columns')
  return given.map((name) => identifier('rows().columns', name))
}

/** A client may give a number that is too long for its own type as text. */
function wholeVersion(value: unknown, table: string, column: string): number {
  const version = value === null ? Number.NaN : Number(value)
  if (Number.isSafeInteger(version)) return version
  const what = `a column that holds ${String(value)} in ${table}`
  throw new OptionError('rows().version', column, `a column of whole numbers, NOT NULL DEFAULT 1, not ${what}`)
}
