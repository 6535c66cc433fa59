/**
 * The order service's own database: every order, what its user was told, and what is still owed to it.
 *
 * @module
 */
import { join } from 'node:path'
import type { SqliteDatabase } from 'truce/idempotency/sqlite'
import { now } from '../clock.js'
import { openDatabase } from '../database.js'

export const ORDERS_SCHEMA = `
create table if not exists orders (
  id text primary key, sku text not null, quantity integer not null, received real not null,
  availability_at real, reserve_at real, reservation_key text,
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

/** An order whose reservation is left in doubt: its key, and when that was first used, epoch ms. */
export interface PendingOrder extends Order {
  readonly key: string
  readonly keyUsed: number
}

/** What the user hears: `pending` is "accepted, not confirmed yet", `conflict` "this order was another one". */
export type Told = 'confirmed' | 'pending' | 'failed' | 'conflict'

export type OrderStore = ReturnType<typeof orderStore>

export function orderStore(folder: string) {
  const database = openDatabase(join(folder, 'order.db'), ORDERS_SCHEMA)
  const insert = database.prepare('insert or ignore into orders (id, sku, quantity, received) values (?, ?, ?, ?)')
  const asked = {
    availability: database.prepare('update orders set availability_at = coalesce(availability_at, ?) where id = ?'),
    reserve: database.prepare('update orders set reserve_at = coalesce(reserve_at, ?) where id = ?'),
  }
  const keyed = database.prepare(
    'update orders set reservation_key = coalesce(reservation_key, ?) where id = ? returning reservation_key as key',
  )
  const confirmed = database.prepare(
    "update orders set state = 'confirmed', confirmed_at = ?, fulfil = ? where id = ? and state <> 'confirmed'",
  )
  const failed = database.prepare("update orders set state = 'failed' where id = ? and state = 'received'")
  const refused = database.prepare("update orders set state = 'failed' where id = ? and state <> 'confirmed'")
  const postponed = database.prepare("update orders set state = 'pending' where id = ? and state <> 'confirmed'")
  const told = database.prepare(
    "update orders set told = ?1, told_at = ?2 where id = ?3 and (told is null or told = 'failed' or ?1 = 'confirmed')",
  )
  const pending = database.prepare(
    `select id, sku, quantity, reservation_key as key, reserve_at as keyUsed from orders
     where state = 'pending' order by received`,
  )
  const due = database.prepare("select id, sku, quantity from orders where fulfil = 'due' order by received")
  const fulfilled = database.prepare("update orders set fulfil = 'done' where id = ?")
  const open = database.prepare("select count(*) as open from orders where state = 'pending' or fulfil = 'due'")

  return {
    /** For the keys of what this service asks others to do: in the file of its orders. */
    database: database as SqliteDatabase,
    /** An order that comes again, however changed, is the one that is there. */
    receive: (order: Order) => void insert.run(order.id, order.sku, order.quantity, now()),
    /** When this order first wished for an answer of the inventory. */
    asks: (operation: 'availability' | 'reserve', id: string) => void asked[operation].run(now(), id),
    /** The key of its reservation: the first that was offered, or an order that comes again would be reserved again. */
    reservationKey: (id: string, offered: string) => (keyed.get(offered, id) as { key: string }).key,
    /** Confirmation, and the fulfilment owed with it, in one statement: neither without the other. Whether it is news. */
    confirm: (id: string, owes: 'due' | 'none') => confirmed.run(now(), owes, id).changes > 0,
    /** Nothing came of it, unless the same order fares better where it came a second time. */
    fail: (id: string) => void failed.run(id),
    /** The inventory said that it is sold out. */
    refuse: (id: string) => void refused.run(id),
    postpone: (id: string) => void postponed.run(id),
    /** Of an order that came more than once, the best that its user was promised. */
    tell: (id: string, what: Exclude<Told, 'conflict'>) => void told.run(what, now(), id),
    pending: () => pending.all() as PendingOrder[],
    due: () => due.all() as Order[],
    fulfilled: (id: string) => void fulfilled.run(id),
    open: () => (open.get() as { open: number }).open,
    close: () => void database.close(),
  }
}
