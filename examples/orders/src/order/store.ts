/**
 * The order service's own database: every order, what its user was told, and what is still owed to it.
 *
 * @module
 */
import { join } from 'node:path'
import { openDatabase } from '../database.js'
import { now } from '../services/worked.js'

export const ORDERS_SCHEMA = `
create table if not exists orders (
  id text primary key, sku text not null, quantity integer not null, received real not null,
  availability_at real, reserve_at real,
  state text not null default 'received',
  told text, told_at real, confirmed_at real,
  fulfil text not null default 'none'
);
create index if not exists orders_by_state on orders (state);
create index if not exists orders_by_fulfil on orders (fulfil);`

export interface Order {
  readonly id: string
  readonly sku: string
  readonly quantity: number
}

/** What the user hears: `pending` is "accepted, not confirmed yet". */
export type Told = 'confirmed' | 'pending' | 'failed'

export type OrderStore = ReturnType<typeof orderStore>

export function orderStore(folder: string) {
  const database = openDatabase(join(folder, 'order.db'), ORDERS_SCHEMA)
  const insert = database.prepare('insert into orders (id, sku, quantity, received) values (?, ?, ?, ?)')
  const asked = {
    availability: database.prepare('update orders set availability_at = ? where id = ?'),
    reserve: database.prepare('update orders set reserve_at = ? where id = ?'),
  }
  const confirmed = database.prepare(
    "update orders set state = 'confirmed', confirmed_at = ?, fulfil = ? where id = ? and state <> 'confirmed'",
  )
  const state = database.prepare('update orders set state = ? where id = ?')
  const told = database.prepare('update orders set told = ?, told_at = ? where id = ?')
  const pending = database.prepare("select id, sku, quantity from orders where state = 'pending' order by received")
  const due = database.prepare("select id, sku, quantity from orders where fulfil = 'due' order by received")
  const fulfilled = database.prepare("update orders set fulfil = 'done' where id = ?")
  const open = database.prepare("select count(*) as open from orders where state = 'pending' or fulfil = 'due'")

  return {
    receive: (order: Order) => void insert.run(order.id, order.sku, order.quantity, now()),
    /** When this order first wished for an answer of the inventory. */
    asks: (operation: 'availability' | 'reserve', id: string) => void asked[operation].run(now(), id),
    /** Confirmation, and the fulfilment owed with it, in one statement: neither without the other. */
    confirm: (id: string, owes: 'due' | 'none') => void confirmed.run(now(), owes, id),
    fail: (id: string) => void state.run('failed', id),
    postpone: (id: string) => void state.run('pending', id),
    tell: (id: string, what: Told) => void told.run(what, now(), id),
    pending: () => pending.all() as Order[],
    due: () => due.all() as Order[],
    fulfilled: (id: string) => void fulfilled.run(id),
    open: () => (open.get() as { open: number }).open,
    close: () => void database.close(),
  }
}
