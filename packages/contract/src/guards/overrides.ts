/**
 * Overrides: what code says otherwise than the document.
 *
 * An override that nobody sees makes the document a wish. Each is listed with both values and the line it overrules,
 * and told on the diagnostics channel `truce:contract:override`.
 *
 * @module
 */
import { channel } from 'node:diagnostics_channel'
import type { OperationOptions } from 'truce'
import type { Contract, Operation } from '../document/model.js'

/** One of them. */
export interface Override {
  readonly service: string
  /** `inventory.reserve`. */
  readonly operation: string
  /** `attempts`. */
  readonly option: string
  /** What the document says, or what follows from it; `undefined`: nothing. */
  readonly document: unknown
  /** What counts. */
  readonly code: unknown
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Everything but `effect`, which is no setting but a fact, and what is no promise. */
export type OperationOverrides<F = never> = Partial<Omit<OperationOptions<F>, 'effect'>>

const overridden = channel('truce:contract:override')

/** Lists them, and tells whoever listens. @param built what the document's own guard was built of */
export function overridesOf<F>(
  contract: Contract,
  operation: Operation,
  built: OperationOptions<F>,
  given: OperationOverrides<F>,
): Override[] {
  return Object.entries(given).flatMap(([option, code]) => {
    const document: unknown = built[option as keyof typeof built]
    if (code === undefined || option === 'classify' || same(document, code)) return []
    const override = Object.freeze<Override>({
      service: contract.service,
      operation: `${operation.dependency}.${operation.name}`,
      option,
      document,
      code,
      file: contract.file,
      ...contract.at([...operation.path, option]),
    })
    overridden.publish(override)
    return [override]
  })
}

function same(document: unknown, code: unknown): boolean {
  return document === code || (typeof code !== 'function' && JSON.stringify(document) === JSON.stringify(code))
}
