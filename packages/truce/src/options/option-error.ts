/**
 * Option error: what was given, and what is allowed.
 *
 * "invalid argument" sends its reader to the source. This one names the option and shows the value, but no password of
 * an address and nothing of a client's settings: errors are logged.
 *
 * @module
 */
import { type Failure, failure } from '../policy/classify.js'
import { TruceError } from './truce-error.js'

/** An option is wrong: which one, what it was, what is allowed. Thrown at construction. */
export class OptionError extends TruceError {
  override readonly name = 'OptionError'
  readonly code = 'TRUCE_OPTION'
  /** Its path, such as `breaker.cooldown`. */
  readonly option: string
  constructor(option: string, value: unknown, allowed: string) {
    super(`option ${option} is ${show(value)}; allowed: ${allowed}`)
    this.option = option
  }
  override get means(): Failure {
    return failure('invalid', 'not-applied', { answered: false })
  }
}

/** The value as a person would write it; never throws, never long, and without the password of an address. */
export function show(value: unknown): string {
  if (typeof value === 'string') return hidden(JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value))
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    const { name } = value.constructor ?? Object
    if (name !== 'Object' && name !== 'Array') return `of class ${name}` // a client shows its settings
    return hidden(JSON.stringify(value).slice(0, 80))
  } catch {
    return 'an object'
  }
}

function hidden(text: string): string {
  return text.replaceAll(/:\/\/[^/\s"]*@/g, '://…@').replaceAll(/("\w*(?:password|secret|token)":)"[^"]*"?/gi, '$1"…"')
}
