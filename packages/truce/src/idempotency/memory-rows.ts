/**
 * Rows in memory: for tests of what is written for the others.
 *
 * @module
 */
import { checkId, checkVersion, FIRST, membersOf, type Rows, type Versioned } from './rows.js'

/**
 * Rows in this process; gone with it.
 *
 * @example
 * const stock = memoryRows<{ count: number }>()
 */
export function memoryRows<Row extends object>(): Rows<Row> {
  const held = new Map<string, Versioned<Row>>()
  const anyName = () => undefined
  // What the caller does with an answer must not reach the row, as with a database.
  const copy = <Part>(which: 'row' | 'change', given: Part): Part =>
    structuredClone(Object.fromEntries(membersOf(which, given, anyName))) as Part

  return {
    insertIfAbsent: async (id, row) => {
      const before = held.get(checkId(id))
      const written = copy('row', row)
      if (before) return { inserted: false, ...structuredClone(before) }
      held.set(id, { row: written, version: FIRST })
      return { inserted: true, row: structuredClone(written), version: FIRST }
    },
    updateIfVersion: async (id, version, change) => {
      const before = held.get(checkId(id))
      checkVersion(version)
      const changed = copy('change', change)
      if (!before) return { is: 'absent' }
      if (before.version !== version) return { is: 'stale', ...structuredClone(before) }
      const after = { row: { ...before.row, ...changed }, version: version + 1 }
      held.set(id, after)
      return { is: 'updated', ...structuredClone(after) }
    },
    read: async (id) => structuredClone(held.get(checkId(id))),
  }
}
