/**
 * One dependency on a virtual clock, as the tests about peers need it: no jitter of chance, nothing but
 * what the test switches on.
 *
 * @module
 */
import { type Dependency, dependency, type DependencyOptions, type Operation, type OperationOptions } from 'truce'
import { virtualTime, type VirtualTime } from 'truce/testing'

export interface Inventory {
  readonly time: VirtualTime
  readonly inventory: Dependency
  /** A read without retries, timeout or deadline, unless told. */
  readonly operation: (options?: Partial<OperationOptions>) => Operation
}

/** `random` gives 0.5: a wait is its middle, ± 25 % is ± 0. */
export function inventoryOf(options: DependencyOptions = {}): Inventory {
  const time = virtualTime()
  const inventory = dependency('inventory', {
    clock: time.clock,
    random: () => 0.5,
    budget: 'none',
    governor: 'none',
    breaker: 'none',
    ...options,
  })
  return {
    time,
    inventory,
    operation: (operation) =>
      inventory.operation('stock', {
        effect: 'read',
        attempts: 1,
        attemptTimeout: 'none',
        deadline: 'none',
        ...operation,
      }),
  }
}

/** Opens after 5 failures in a row for 500 ms; one probe that succeeds closes it. */
export const FIVE_IN_A_ROW = Object.freeze({
  kind: 'consecutive',
  failures: 5,
  cooldown: 500,
  probes: 1,
  closeAfter: 1,
  ramp: 0,
} as const)

/** Fails as a dead dependency does. */
export function refuse(): Promise<never> {
  return Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' }))
}

/** So many failures at once. */
export async function outage({ time }: Inventory, operation: Operation, failures = 5): Promise<void> {
  const calls = Array.from({ length: failures }, () => operation.outcome(refuse))
  await time.run(Promise.all(calls))
}

/** What became of a promise, so far. */
export function watched<T>(promise: Promise<T>): { ended: 'no' | 'well' | 'badly'; value?: T; error?: unknown } {
  const fate: ReturnType<typeof watched<T>> = { ended: 'no' }
  promise.then(
    (value) => Object.assign(fate, { ended: 'well', value }),
    (error: unknown) => Object.assign(fate, { ended: 'badly', error }),
  )
  return fate
}
