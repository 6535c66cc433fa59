/**
 * Conformance of rows: one winner, and no lost update, against the real thing.
 *
 * Each case asks through two clients at a time: a lock of one connection proves nothing of two workers.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OptionError } from '../../src/guard/errors.js'
import type { Rows, Updated } from '../../src/idempotency/rows.js'

/** What the cases write. In SQL: `name text, count integer, note text`, all of them nullable. */
export interface Item {
  readonly name: string
  readonly count: number
  readonly note?: string | null | undefined
}

/** The columns of an item. */
export const COLUMNS = ['name', 'count', 'note'] as const

export interface OpenedRows {
  readonly rows: Rows<Item>
  /** The same rows through another connection, or as far apart as the kind allows. */
  readonly others: Rows<Item>
  close(): Promise<void> | void
}

const TEXTS = [
  `it's "quoted" \\ \`ticked\` $1 $$ ?1 :name %s`,
  `'); DROP TABLE items; --`,
  '👩‍👩‍👧‍👦 e\u0301 \u{10FFFF} \uFEFF',
  '  padded \r\n\t',
  '__proto__',
  '00012',
  'null',
  '',
]

/** @example rowsConformance('memory', async () => ({ rows, others: rows, close: () => undefined })) */
export function rowsConformance(name: string, open: () => Promise<OpenedRows>): void {
  describe(`rows in ${name}`, () => {
    let opened: OpenedRows
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened?.close())

    describe('insertIfAbsent', () => {
      test('writes what is not there, and nothing where something is', async () => {
        const { rows, others } = opened
        const id = randomUUID()
        const tea = { name: 'tea', count: 5, note: 'green' }
        expect(await rows.insertIfAbsent(id, tea)).toEqual({ inserted: true, row: tea, version: 1 })
        const later = await others.insertIfAbsent(id, { name: 'coffee', count: 1, note: null })
        expect(later).toEqual({ inserted: false, row: tea, version: 1 })
        expect(await others.read(id)).toEqual({ row: tea, version: 1 })
      })

      test('of 40 at a time, one is inserted, and all are told of it', async () => {
        const { rows, others } = opened
        for (let round = 0; round < 5; round++) {
          const id = randomUUID()
          const answers = await Promise.all(
            Array.from({ length: 40 }, (_, n) =>
              (n % 2 ? others : rows).insertIfAbsent(id, { name: `by ${n}`, count: n, note: null }),
            ),
          )
          const winner = answers.findIndex(({ inserted }) => inserted)
          const row = { name: `by ${winner}`, count: winner, note: null }
          expect(answers).toEqual(answers.map((_, n) => ({ inserted: n === winner, row, version: 1 })))
        }
      })

      test('meets a row that was changed since', async () => {
        const { rows, others } = opened
        const id = randomUUID()
        await rows.insertIfAbsent(id, { name: 'tea', count: 5, note: null })
        await rows.updateIfVersion(id, 1, { count: 4 })
        expect(await others.insertIfAbsent(id, { name: 'coffee', count: 1 })).toEqual({
          inserted: false,
          row: { name: 'tea', count: 4, note: null },
          version: 2,
        })
      })
    })

    describe('updateIfVersion', () => {
      test('changes what it is given, and counts the version', async () => {
        const { rows, others } = opened
        const id = randomUUID()
        await rows.insertIfAbsent(id, { name: 'tea', count: 5, note: 'green' })
        const updated = await others.updateIfVersion(id, 1, { count: 4, note: undefined })
        expect(updated).toEqual({ is: 'updated', row: { name: 'tea', count: 4, note: 'green' }, version: 2 })
        const cleared = await rows.updateIfVersion(id, 2, { note: null })
        expect(cleared).toEqual({ is: 'updated', row: { name: 'tea', count: 4, note: null }, version: 3 })
        expect(await others.read(id)).toEqual({ row: { name: 'tea', count: 4, note: null }, version: 3 })
      })

      test('changes nothing but the version where nothing is to be changed', async () => {
        const { rows } = opened
        const id = randomUUID()
        const row = { name: 'tea', count: 5, note: null }
        await rows.insertIfAbsent(id, row)
        expect(await rows.updateIfVersion(id, 1, {})).toEqual({ is: 'updated', row, version: 2 })
      })

      test.each([0, 2, -1, 2_000_000_000])('of version %i leaves a row of version 1 as it is', async (version) => {
        const { rows } = opened
        const id = randomUUID()
        const row = { name: 'tea', count: 5, note: null }
        await rows.insertIfAbsent(id, row)
        expect(await rows.updateIfVersion(id, version, { count: 0 })).toEqual({ is: 'stale', row, version: 1 })
        expect(await rows.read(id)).toEqual({ row, version: 1 })
      })

      test('of 40 at a time, one updates, and all others are told of its row', async () => {
        const { rows, others } = opened
        for (let round = 0; round < 5; round++) {
          const id = randomUUID()
          await rows.insertIfAbsent(id, { name: 'nobody', count: -1, note: null })
          const answers: Updated<Item>[] = await Promise.all(
            Array.from({ length: 40 }, (_, n) =>
              (n % 2 ? others : rows).updateIfVersion(id, 1, { name: `by ${n}`, count: n }),
            ),
          )
          const winner = answers.findIndex(({ is }) => is === 'updated')
          const row = { name: `by ${winner}`, count: winner, note: null }
          expect(answers).toEqual(answers.map((_, n) => ({ is: n === winner ? 'updated' : 'stale', row, version: 2 })))
        }
      })

      test('loses none of 20 workers’ changes', async () => {
        const { rows, others } = opened
        const id = randomUUID()
        await rows.insertIfAbsent(id, { name: 'tea', count: 0, note: null })
        const worker = async (mine: Rows<Item>) => {
          let seen = { row: { count: 0 }, version: 1 }
          for (let changes = 0; changes < 5;) {
            const answer = await mine.updateIfVersion(id, seen.version, { count: seen.row.count + 1 })
            if (answer.is === 'absent') throw new Error('the row is gone')
            if (answer.is === 'updated') changes++
            seen = answer
          }
        }
        await Promise.all(Array.from({ length: 20 }, (_, n) => worker(n % 2 ? others : rows)))
        expect(await rows.read(id)).toEqual({ row: { name: 'tea', count: 100, note: null }, version: 101 })
      })

      test('makes nothing where there is no row', async () => {
        const { rows } = opened
        const id = randomUUID()
        expect(await rows.updateIfVersion(id, 1, { count: 4 })).toEqual({ is: 'absent' })
        expect(await rows.read(id)).toBeUndefined()
      })
    })

    describe('text', () => {
      test.each(TEXTS)('%j comes back as it went in, as value and within the id', async (text) => {
        const { rows, others } = opened
        const id = `${randomUUID()} ${text}`
        await rows.insertIfAbsent(id, { name: text, count: 1, note: null })
        await rows.updateIfVersion(id, 1, { note: text })
        expect(await others.read(id)).toEqual({ row: { name: text, count: 1, note: text }, version: 2 })
        expect(await others.read(id.toUpperCase())).toBeUndefined()
      })
    })

    describe('answers', () => {
      test('are the caller’s own: to change them changes no row', async () => {
        const { rows } = opened
        const id = randomUUID()
        const given = { name: 'tea', count: 5, note: null }
        const { row } = await rows.insertIfAbsent(id, given)
        Object.assign(given, { count: 6 })
        Object.assign(row, { count: 7 })
        Object.assign((await rows.read(id))?.row ?? {}, { count: 8 })
        expect(await rows.read(id)).toEqual({ row: { name: 'tea', count: 5, note: null }, version: 1 })
      })
    })

    describe('refused before anything is asked', () => {
      const row = { name: 'tea', count: 5 }
      test.each(['', 'a\0b', 'half \uD83D', 5, undefined, null])('the id %j', async (given) => {
        const id = given as string
        const { rows } = opened
        await expect(rows.insertIfAbsent(id, row)).rejects.toThrow(OptionError)
        await expect(rows.updateIfVersion(id, 1, row)).rejects.toThrow(OptionError)
        await expect(rows.read(id)).rejects.toThrow(OptionError)
      })

      test.each([1.5, Number.NaN, '1', undefined])('the version %j', async (version) => {
        const refused = opened.rows.updateIfVersion(randomUUID(), version as number, { count: 1 })
        await expect(refused).rejects.toThrow(/option version is .*earlier answer/)
      })

      test.each([undefined, null, 'tea', [1]])('the row %j', async (given) => {
        const { rows } = opened
        await expect(rows.insertIfAbsent(randomUUID(), given as never)).rejects.toThrow(/option row is .*an object/)
        await expect(rows.updateIfVersion(randomUUID(), 1, given as never)).rejects.toThrow(/option change is/)
      })
    })
  })
}
