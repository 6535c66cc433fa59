import { describe, expectTypeOf, it } from 'vitest'
import {
  type Attempt,
  type CallContext,
  type Dependency,
  dependency,
  type FailureClass,
  type Operation,
  type OperationOptions,
  type Outcome,
  retry,
  type StopReason,
} from '../index.js'

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
    type Failed = Extract<Outcome<number>, { ok: false }>
    expectTypeOf<Success['value']>().toEqualTypeOf<number>()
    expectTypeOf<Success['error']>().toEqualTypeOf<undefined>()
    expectTypeOf<Failed['value']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Failed['error']>().toEqualTypeOf<unknown>()
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
})
