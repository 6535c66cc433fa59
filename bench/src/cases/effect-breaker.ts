/**
 * effect's circuit breaker, kept in memory, as one object for every case that uses it.
 *
 * @module
 */
import * as Effect from 'effect/Effect'
import * as CircuitBreaker from 'effect/persistence/CircuitBreaker'
import * as Scope from 'effect/Scope'

export const effectBreaker = await Effect.runPromise(
  CircuitBreaker.make({
    tripPolicy: CircuitBreaker.rate({ threshold: 0.5, minimumCalls: 20 }),
    openDuration: 500,
  }).pipe(
    Effect.provide(CircuitBreaker.layerStoreMemory()),
    Effect.provideService(Scope.Scope, Effect.runSync(Scope.make())),
  ),
)
