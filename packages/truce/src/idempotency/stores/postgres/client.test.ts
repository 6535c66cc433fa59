import pg from 'pg'
import postgresJs from 'postgres'
import { expect, expectTypeOf, test } from 'vitest'
import { OptionError } from '../../../guard/errors.js'
import { postgres, type PostgresStore } from './index.js'

test('what is neither a pool nor sql is refused', () => {
  for (const client of [undefined, {}, new pg.Client(), () => 1]) {
    expect(() => postgres(client as pg.Pool)).toThrow(OptionError)
  }
})

test('handlers write through the client’s own transactions', () => {
  expectTypeOf(postgres(new pg.Pool())).toEqualTypeOf<PostgresStore<pg.PoolClient>>()
  expectTypeOf(postgres(postgresJs())).toEqualTypeOf<PostgresStore<postgresJs.TransactionSql>>()
})
