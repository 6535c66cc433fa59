/**
 * Worker: a service process that may die at any moment. It does what it is told, behind the engine.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isTruceError } from 'truce'
import { idempotency } from 'truce/idempotency'
import type { Answer, Order } from './messages.js'
import { join, type Place } from './places.js'

const place = JSON.parse(process.argv[2] ?? '{}') as Place
const { store, add } = await join(place)
const engine = idempotency({ store, ttl: '1h', lease: '1s' })
await engine.ready()

/** Told to wait: a SQLite transaction is one stretch without pauses. */
const synchronous = place.store === 'sqlite'

process.on('message', (order: Order) => {
  void work(order).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit()) // the parent is gone
process.send?.('ready')

async function work(order: Order): Promise<Answer> {
  const { id, key } = order
  const run = `${process.pid}#${id}`
  const request = { tenant: 'torture', operation: order.mode, key, payload: { key } }
  const asked = () => {
    switch (order.mode) {
      case 'transaction':
        return engine.execute({ ...request, mode: 'transaction' }, ({ transaction }) => {
          if (!synchronous) return inTransaction(order, run, transaction)
          void add({ key, run, derived: '' }, transaction)
          return run
        })
      case 'derived-key':
        return engine.execute({ ...request, mode: 'derived-key' }, async (handler) => {
          const first = await handler.step('first', async ({ key: derived }) => {
            await sleep(order.before)
            await add({ key, run, derived })
            return run
          })
          await handler.step('second', () => sleep(order.after))
          return first
        })
      case 'at-most-once':
        return engine.execute({ ...request, mode: 'at-most-once' }, async () => {
          await sleep(order.before)
          await add({ key, run, derived: '' })
          await sleep(order.after)
          return run
        })
    }
  }
  try {
    return { id, is: 'value', value: await asked() }
  } catch (error) {
    if (isTruceError(error) && error.code === 'TRUCE_OUTCOME_UNKNOWN') return { id, is: 'unknown' }
    return { id, is: 'again', why: error instanceof Error ? error.message : String(error) }
  }
}

async function inTransaction(order: Order, run: string, transaction: unknown): Promise<string> {
  await sleep(order.before)
  await add({ key: order.key, run, derived: '' }, transaction)
  await sleep(order.after)
  return run
}
