import { expectTypeOf, it } from 'vitest'
import {
  type Idempotency,
  idempotency,
  memory,
  type Outcome,
  type StepWork,
  type TransactionWork,
  type Work,
} from './index.js'

const orders = idempotency({ store: memory(), ttl: '24h' })
const request = { tenant: 'acme', operation: 'orders.create', key: 'k', payload: null } as const
interface Client {
  readonly query: (text: string) => void
}
declare const inPostgres: Idempotency<Client>

it('gives what the handler gives, awaited', () => {
  expectTypeOf(() =>
    orders.execute({ ...request, mode: 'derived-key' }, async () => ({ id: 5 })),
  ).returns.toEqualTypeOf<Promise<{ id: number }>>()
  expectTypeOf(() => orders.outcome({ ...request, mode: 'derived-key' }, () => 'text')).returns.toEqualTypeOf<
    Promise<Outcome<string>>
  >()
})

it('gives the handler what its mode has', () => {
  void (() => {
    void orders.execute({ ...request, mode: 'derived-key' }, (work) => expectTypeOf(work).toEqualTypeOf<StepWork>())
    void orders.execute({ ...request, mode: 'at-most-once' }, (work) => expectTypeOf(work).toEqualTypeOf<Work>())
    void inPostgres.execute({ ...request, mode: 'transaction' }, (work) =>
      expectTypeOf(work).toEqualTypeOf<TransactionWork<Client>>(),
    )
  })
})

it('holds hooks to what the handler gives, and asks for a mode', () => {
  const recalls = () =>
    // @ts-expect-error recall gives another type
    orders.execute({ ...request, mode: 'derived-key', recall: () => 5 }, () => 'text')
  const found = () => ({ applied: true, value: 5 }) as const
  const reconciles = () =>
    // @ts-expect-error what it found is of another type
    orders.execute({ ...request, mode: 'at-most-once', reconcile: found }, () => 'text')
  // @ts-expect-error a mode is to be chosen
  const none = () => orders.execute(request, () => 'text')
  // @ts-expect-error no such mode
  const unknown = () => orders.execute({ ...request, mode: 'exactly-once' }, () => 'text')
  for (const each of [recalls, reconciles, none, unknown]) expectTypeOf(each).toBeFunction()
})
