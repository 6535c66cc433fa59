/**
 * Deferred: a promise that is settled from outside, once; what comes later changes nothing.
 *
 * A framework may answer twice, or answer a request that nobody runs: neither may end the process.
 *
 * @module
 */
export interface Deferred<Value> {
  readonly promise: Promise<Value>
  resolve(value: Value): void
  reject(error: unknown): void
}

export function deferred<Value>(): Deferred<Value> {
  let resolve: (value: Value) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<Value>((...settle) => ([resolve, reject] = settle))
  promise.catch(() => undefined)
  return { promise, resolve: (value) => resolve(value), reject: (error) => reject(error) }
}
