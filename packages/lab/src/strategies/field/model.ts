/**
 * Model of a library: what it does unless told, and how to make one process's client of it.
 *
 * @module
 */
import type { FailureClass } from 'truce/policy'
import type { ClientParts, MakeClient } from '../client.js'
import { FieldClient, type Parts } from './client.js'

/** One of the field's strategies. */
export interface FieldModel {
  /** In a sentence, for lists of them. */
  readonly about: string
  /** Attempts of one call where the scenario says nothing. */
  readonly attempts: number
  /** ms; `Infinity` where the library has none. */
  readonly attemptTimeout: number
  /** Repeated where the scenario says nothing; `undefined`: every transient class. */
  readonly retryOn?: readonly FailureClass[]
  /** Numbers that a scenario may change under `settings`, with their defaults. */
  readonly settings: Readonly<Record<string, number>>
  readonly make: MakeClient
}

interface Made<S> extends Omit<FieldModel, 'make' | 'settings'> {
  readonly settings: S
  /** Of one process: with the settings as they apply to it. */
  readonly parts: (settings: S, given: ClientParts) => Parts
}

/** Names its settings once, so that a misspelt one is a type error here and an error message there. */
export function fieldModel<S extends Readonly<Record<string, number>>>({ parts, ...model }: Made<S>): FieldModel {
  const make: MakeClient = (given) => {
    const settings = { ...model.settings, ...given.strategy.settings }
    return () => new FieldClient(given, parts(settings, given))
  }
  return Object.freeze({ ...model, make })
}
