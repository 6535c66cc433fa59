/**
 * Key template: the idempotency key of a call, made of the key that came in and of what the call is about.
 *
 * A service that makes a new key for each call it is asked to repeat passes a duplicate on with a clean conscience.
 * Derived by a template, the repeated wish gives the same key, and every line of it another.
 *
 * @module
 */
import { ContractError } from './contract-error.js'

/** What fills the places of a template, by their names. */
export type KeyValues = Readonly<Record<string, string | number | undefined>>

const PLACE = /\{([^{}]*)\}/g
const PRINTABLE = /^[\x20-\x7e]+$/
/** As the guard allows. */
const LONGEST = 255

/** @throws ContractError where a value is missing, or the key is none that can be sent */
export function keyFrom(template: string, values: KeyValues): string {
  const key = template.replaceAll(PLACE, (_place, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    const text = typeof value === 'number' && !Number.isFinite(value) ? '' : String(value ?? '')
    if (PRINTABLE.test(text)) return text
    const same = `without it, '${template}' is the same key for other calls`
    throw new ContractError(`the key's place {${name}} has no value of printable ASCII: ${same}`)
  })
  if (key.length <= LONGEST) return key
  throw new ContractError(`filled, the key '${template}' has ${key.length} characters; at most ${LONGEST} are sent`)
}
