import { describe, expectTypeOf, it } from 'vitest'
import {
  type Attempt,
  type CallContext,
  type Dependency,
  dependency,
  type Failed,
  type FailureClass,
  type Fallback,
  type Operation,
  type OperationOptions,
  type Outcome,
  type Quality,
  retry,
  type StopReason,
} from '../index.js'
import { createFetch, type FetchOptions } from '../http/index.js'

const operation = dependency('typed').operation('call', { effect: 'read' })
/** Types alone are looked at: nothing here is called. */
const promised = async () => ({ stock: 5 })
const answered = async () => new Response()
const now = () => 'text'
const nested = async () => Promise.resolve(Promise.resolve(7))
const thenable = (): PromiseLike<boolean> => Promise.resolve(true)
const never = (): never => {
  throw new Error('x')
}

describe('types', () => {
  it('run() gives what the function gives, awaited', () => {
    expectTypeOf(() => operation.run(promised)).returns.toEqualTypeOf<Promise<{ stock: number }>>()
    expectTypeOf(() => operation.run(answered)).returns.toEqualTypeOf<Promise<Response>>()
    expectTypeOf(() => operation.run(now)).returns.toEqualTypeOf<Promise<string>>()
    expectTypeOf(() => operation.run(nested)).returns.toEqualTypeOf<Promise<number>>()
    expectTypeOf(() => operation.run(thenable)).returns.toEqualTypeOf<Promise<boolean>>()
    expectTypeOf(() => operation.run(never)).returns.toEqualTypeOf<Promise<never>>()
    expectTypeOf(() => retry(promised)).returns.toEqualTypeOf<Promise<{ stock: number }>>()
  })

  it('outcome() is a union told apart by ok', () => {
    expectTypeOf(() => operation.outcome(promised)).returns.resolves.toEqualTypeOf<Outcome<{ stock: number }>>()
    type Success = Extract<Outcome<number>, { ok: true }>
    type Failure = Extract<Outcome<number>, { ok: false }>
    expectTypeOf<Success['value']>().toEqualTypeOf<number>()
    expectTypeOf<Success['error']>().toEqualTypeOf<undefined>()
    expectTypeOf<Failure['value']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Failure['error']>().toEqualTypeOf<unknown>()
    expectTypeOf<Outcome<number>['stop']>().toEqualTypeOf<StopReason>()
    expectTypeOf<Outcome<number>['class']>().toEqualTypeOf<FailureClass | undefined>()
  })

  it('a function is given an attempt, which is the context of calls inside', () => {
    expectTypeOf<Parameters<Operation['run']>[0]>().parameter(0).toEqualTypeOf<Attempt>()
    expectTypeOf<Attempt>().toExtend<CallContext>()
    expectTypeOf<Attempt['signal']>().toEqualTypeOf<AbortSignal>()
    expectTypeOf<Attempt['headers']>().toEqualTypeOf<Record<string, string>>()
  })

  it('an operation must say whether it reads or writes', () => {
    expectTypeOf<Parameters<Dependency['operation']>[1]>().not.toBeUndefined()
    expectTypeOf<{ attempts: 3 }>().not.toExtend<OperationOptions>()
    expectTypeOf<{ effect: 'read'; attempts: 3 }>().toExtend<OperationOptions>()
  })

  it('a fallback widens what run() gives, where the operation says so and nowhere else', () => {
    const shop = dependency('typed')
    const plain = shop.operation('plain', { effect: 'read' })
    const none = shop.operation('none', { effect: 'read', fallback: () => null })
    const later = shop.operation('later', { effect: 'read', fallback: async () => 'text' })
    const rated = shop.operation('rated', { effect: 'read', fallback: { value: () => 5, quality: 'partial' } })
    const union = shop.operation('union', { effect: 'read', fallback: ({ stop }) => (stop === 'breaker' ? null : 0) })
    const cached = shop.operation('cached', { effect: 'read', exhausted: { cached: { maxAge: 1, key: ['id'] } } })

    expectTypeOf(plain).toEqualTypeOf<Operation>()
    expectTypeOf(none).toEqualTypeOf<Operation<null>>()
    expectTypeOf(later).toEqualTypeOf<Operation<string>>()
    expectTypeOf(rated).toEqualTypeOf<Operation<number>>()
    expectTypeOf(union).toEqualTypeOf<Operation<0 | null>>()
    // What is cached is an answer: it has the function's own type.
    expectTypeOf(cached).toEqualTypeOf<Operation>()

    expectTypeOf(() => plain.run(promised)).returns.toEqualTypeOf<Promise<{ stock: number }>>()
    expectTypeOf(() => cached.run(promised)).returns.toEqualTypeOf<Promise<{ stock: number }>>()
    expectTypeOf(() => none.run(promised)).returns.toEqualTypeOf<Promise<{ stock: number } | null>>()
    expectTypeOf(() => later.run(now)).returns.toEqualTypeOf<Promise<string>>()
    expectTypeOf(() => later.run(promised)).returns.toEqualTypeOf<Promise<{ stock: number } | string>>()
  })

  it('outcome() is widened alike', () => {
    const none = dependency('typed').operation('none', { effect: 'read', fallback: () => null })
    expectTypeOf(() => none.outcome(promised)).returns.resolves.toEqualTypeOf<Outcome<{ stock: number } | null>>()
    expectTypeOf<Outcome<number>['source']>().toEqualTypeOf<'live' | 'cache' | 'fallback'>()
    expectTypeOf<Outcome<number>['quality']>().toEqualTypeOf<Quality | undefined>()
    expectTypeOf<Outcome<number>['age']>().toEqualTypeOf<number>()
  })

  it('what may get a substitute is not taken for what never does', () => {
    expectTypeOf<Operation<null>>().not.toExtend<Operation>()
    expectTypeOf<Operation>().toExtend<Operation<null>>()
    expectTypeOf<OperationOptions<null>>().not.toExtend<OperationOptions>()
    const bare: OperationOptions = { effect: 'read' }
    expectTypeOf(() => dependency('typed').operation('x', bare)).returns.toEqualTypeOf<Operation>()
    expectTypeOf<{ effect: 'read'; fallback: () => null }>().not.toExtend<OperationOptions>()
  })

  it('createFetch gives a fetch, whatever the guard can do', () => {
    expectTypeOf(createFetch).returns.toEqualTypeOf<typeof globalThis.fetch>()
    expectTypeOf<FetchOptions>().not.toHaveProperty('effect')
    // A substitute is no Response: code that reads `response.status` must not meet one.
    expectTypeOf<Awaited<ReturnType<ReturnType<typeof createFetch>>>>().toEqualTypeOf<Response>()
  })

  it('a fallback is told why', () => {
    expectTypeOf<Parameters<Fallback<number>>[0]>().toEqualTypeOf<Failed>()
    expectTypeOf<Failed['stop']>().toEqualTypeOf<StopReason>()
    expectTypeOf<Failed['error']>().toEqualTypeOf<unknown>()
  })
})
