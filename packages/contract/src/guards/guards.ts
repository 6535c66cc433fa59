/**
 * Guards: the dependencies and operations of a document, built once.
 *
 * Everything is built where the document is loaded: what a document says and a guard cannot be, or what code did not
 * hand in, is found when the service starts and not by the first call in an outage.
 *
 * @module
 */
import { type Dependency, dependency, isTruceError, OptionError, type Operation, type OperationOptions } from 'truce'
import type { Contract, Depended, Operation as Promised, Path } from '../document/model.js'
import { pathText } from '../document/tree.js'
import { ContractError, unusable } from './contract-error.js'
import { type Gap, gapsOf } from './gaps.js'
import { filled, type Keys, keysOf, type KeyValues, unknownProfile } from './keys.js'
import { dependencyOptions, operationOptions } from './options-of.js'
import { type OperationOverrides, type Override, overridesOf } from './overrides.js'
import {
  type AdmissionTerms,
  admissionTerms,
  idempotencyTerms,
  type IdempotencyTerms,
  servedNamed,
  type ServedOptions,
  servedOptions,
  unknown,
} from './served.js'
import { NAMES, type Surroundings } from './surroundings.js'

/** A document at work. `F`: what the fallbacks that code registered give. */
export interface Guards<F = never> {
  /** What the document says, with presets applied. */
  readonly contract: Contract
  /**
   * The guard of an operation: always the same object.
   *
   * @param name `inventory.reserve`
   * @param overrides what code says otherwise; before anybody has got the guard, and listed in `overrides()`
   * @throws ContractError for an operation that the document does not name, with the nearest; for overrides that come
   *   too late; OptionError for overrides that are wrong
   */
  operation(name: string, overrides?: OperationOverrides<F>): Operation<F>
  /** What its operations share: its state, and the operator's hand on it. @throws ContractError where it is not named */
  dependency(name: string): Dependency
  /**
   * The idempotency key of a call, by the document's template.
   *
   * @throws ContractError without a template; OptionError where a value is missing, or the key is none that can be sent
   */
  key(operation: string, values: KeyValues): string
  /** For `fetch`: what keeps the operation's connect timeout; `undefined` where the document says none. */
  dispatcher(operation: string): unknown
  /** Options for `truce/server`. @throws ContractError where it is not served */
  served(name: string): ServedOptions
  /** Options for `admission()` of `truce/server`: one for all that is served. */
  admission(): AdmissionTerms
  /** How it treats keys; `undefined` where it takes none. @throws ContractError where it is not served */
  idempotency(name: string): IdempotencyTerms | undefined
  /** What code says otherwise than the document. */
  overrides(): readonly Override[]
  /** What the document says and the guards cannot keep. */
  gaps(): readonly Gap[]
}

interface Built<F> {
  readonly promised: Promised
  readonly dependency: Dependency
  readonly options: OperationOptions<F>
  readonly keys: Keys
  guard: Operation<F>
  /** Somebody has it. */
  handedOut: boolean
  overrides: string
  dispatcher: unknown
}

/**
 * Builds the guards of a document that was loaded.
 *
 * @throws ContractError with the line of what cannot be built, or what code has to hand in
 */
export function guardsOf<F = never>(contract: Contract, around: Surroundings<F> = {}): Guards<F> {
  checkNames(around)
  const dependencies = new Map<string, Dependency>()
  const operations = new Map<string, Built<F>>()
  for (const depended of contract.depends.values()) {
    const made = makeDependency(contract, depended, around)
    dependencies.set(depended.name, made)
    for (const promised of depended.operations.values()) {
      operations.set(`${depended.name}.${promised.name}`, build(contract, promised, made, around))
    }
  }
  const gaps = gapsOf(contract, around.agent !== undefined)
  const overrides: Override[] = []
  const named = (name: string): Built<F> => {
    const built = operations.get(name)
    if (built !== undefined) return built
    throw new ContractError(unknown(contract, `depends on no operation "${name}"`, name, operations.keys()))
  }
  return Object.freeze<Guards<F>>({
    contract,
    operation(name, given) {
      const built = named(name)
      if (given !== undefined) overrides.push(...override(contract, built, given))
      built.handedOut = true
      return built.guard
    },
    dependency(name) {
      const made = dependencies.get(name)
      if (made !== undefined) return made
      throw new ContractError(unknown(contract, `depends on no "${name}"`, name, dependencies.keys()))
    },
    key(name, values) {
      const { keys } = named(name)
      if (keys.template !== undefined) return filled(keys.template, keys, values)
      throw new ContractError(
        `${contract.file} has no template for the keys of ${name}: write idempotency: { key: '{incoming}_…' } there`,
      )
    },
    dispatcher: (name) => named(name).dispatcher,
    served: (name) => servedOptions(servedNamed(contract, name)),
    admission: () => admissionTerms(contract.serves.values(), around.instances ?? contract.instances),
    idempotency: (name) => idempotencyTerms(servedNamed(contract, name)),
    overrides: () => Object.freeze([...overrides]),
    gaps: () => gaps,
  })
}

function checkNames(around: object): void {
  for (const name of Object.keys(around)) {
    if ((NAMES as readonly string[]).includes(name)) continue
    throw new ContractError(`there is no option ${name} for a contract; there are ${NAMES.join(', ')}`)
  }
}

function makeDependency<F>(contract: Contract, depended: Depended, around: Surroundings<F>): Dependency {
  if (depended.peer && around.peer === undefined) {
    const fix = "hand it in: import { peer } from 'truce/peer', then { peer }"
    throw refused(
      contract,
      [...depended.path, 'peer'],
      `depends.${depended.name} says peer: true, and code handed in no peer`,
      fix,
    )
  }
  return placed(contract, depended.path, () => dependency(depended.name, dependencyOptions(contract, depended, around)))
}

function build<F>(contract: Contract, promised: Promised, made: Dependency, around: Surroundings<F>): Built<F> {
  const { fallback: name, path, connectTimeout } = promised
  const registered = around.fallbacks
  const fallback = name !== undefined && registered && Object.hasOwn(registered, name) ? registered[name] : undefined
  if (name !== undefined && fallback === undefined) {
    const fix = `hand it in: { fallbacks: { '${name}': (failed) => … } }`
    throw refused(
      contract,
      [...path, 'fallback'],
      `${pathText(path)} falls back to "${name}", and code registered no such function`,
      fix,
    )
  }
  if (promised.exhausted?.kind === 'fallback' && name === undefined) {
    const said = `${pathText(path)} falls back, and names no function that stands in`
    throw refused(contract, [...path, 'exhausted'], said, 'write fallback: NAME beside it, which code registers')
  }
  const keys = placed(contract, [...path, 'idempotency'], () => keysOf(promised, around.profiles))
  const { idempotency } = promised
  if (idempotency?.kind === 'key' && idempotency.profile !== undefined && keys.profile === undefined) {
    const { message, fix } = unknownProfile(idempotency.profile, around.profiles)
    throw refused(contract, [...path, 'idempotency', 'profile'], `${pathText(path)}: ${message}`, fix)
  }
  const options = operationOptions(promised, {
    fallback,
    profile: keys.profile,
    ownMode: contract.written([...path, 'mode']),
  })
  const dispatcher = connectTimeout === undefined ? undefined : around.agent?.({ connectTimeout })
  const guard = placed(contract, path, () => made.operation<F>(promised.name, options))
  return { promised, dependency: made, options, keys, guard, handedOut: false, overrides: '{}', dispatcher }
}

function override<F>(contract: Contract, built: Built<F>, given: OperationOverrides<F>): Override[] {
  const text = JSON.stringify(given, (_, value: unknown) => (typeof value === 'function' ? 'a function' : value))
  if (text === built.overrides) return []
  const name = `${built.promised.dependency}.${built.promised.name}`
  if (built.handedOut) {
    throw new ContractError(`somebody has the guard of ${name} already: override it where it is first asked for`)
  }
  if ('effect' in given) throw new ContractError(`effect of ${name} is no setting: change the document`)
  built.guard = built.dependency.operation<F>(built.promised.name, {
    ...built.options,
    ...given,
  })
  built.overrides = text
  return overridesOf(contract, built.promised, built.options, given)
}

/** An option that a guard refuses, with the line of the document that says it. */
function placed<T>(contract: Contract, path: Path, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!isTruceError(error)) throw error
    const option = error instanceof OptionError ? error.option.split('.') : []
    throw refused(contract, [...path, ...option], error.message, 'change the document', error)
  }
}

function refused(contract: Contract, path: Path, message: string, fix: string, cause?: unknown): ContractError {
  const problem = { file: contract.file, ...contract.at(path), path: pathText(path), message, fix }
  const error = unusable([problem])
  return cause === undefined ? error : new ContractError(error.message, [problem], cause)
}
