import { expect, test } from 'vitest'
import { tableOf } from './table.js'

test.each(['a b', 'a"b', "a'b", 'a.b', '1a', '', 'ä', 'a-b', 'x'.repeat(53)])('%j is no name of a table', (table) => {
  expect(() => tableOf({ table })).toThrow(/option table/)
})

test.each(['a b', 'public"; DROP', '', 'x'.repeat(64)])('%j is no name of a schema', (schema) => {
  expect(() => tableOf({ schema })).toThrow(/option schema/)
})

test('names are quoted, with their schema where there is one', () => {
  expect(tableOf({})).toMatchObject({ name: '"truce_idempotency"', migrations: '"truce_idempotency_migrations"' })
  const { name, call } = tableOf({ schema: 'Shop', table: 'order' })
  expect([name, call('begin')]).toEqual(['"Shop"."order"', '"Shop"."order_begin_v1"'])
})

test('the longest name leaves room for what is appended', () => {
  const { migrations, call } = tableOf({ table: 'x'.repeat(52) })
  for (const name of [migrations, call('begin')]) expect(name.length - 2).toBeLessThanOrEqual(63)
})
