/**
 * Template: the key of a call, made of the key that came in and of what the call is about.
 *
 * A service that makes a new key for each call it is asked to repeat passes a duplicate on with a clean conscience.
 * Derived by a template, the repeated wish gives the same key, and every line of it another.
 *
 * @module
 */
import { OptionError } from '../options/option-error.js'
import { KEY_MAX } from './profile.js'

const PLACE = /\{([^{}]*)\}/g
const NAME = /^[A-Za-z_][\w.-]*$/
const PRINTABLE = /^[\x20-\x7e]*$/

/**
 * Fills the places of a template.
 *
 * @param maxLength characters that the key may have; a profile knows its own
 * @throws OptionError where the template is none, a value is missing or empty, or the key is too long or not
 *   printable ASCII
 * @example
 * keyFrom('{incoming}_line_{line}', { incoming: 'order_123', line: 1 }) // 'order_123_line_1'
 */
export function keyFrom(
  template: string,
  values: Readonly<Record<string, string | number | undefined>>,
  maxLength: number = KEY_MAX,
): string {
  placesOf(template)
  const key = template.replaceAll(PLACE, (_place, name: string) => textOf(template, name, values))
  if (key.length > maxLength) {
    throw new OptionError('key', key, `at most ${maxLength} characters; filled, '${template}' has ${key.length}`)
  }
  return key
}

/**
 * The names of a template's places, each once, in their order.
 *
 * @throws OptionError where it is no template
 * @example
 * placesOf('{incoming}_line_{line}') // ['incoming', 'line']
 */
export function placesOf(template: string): string[] {
  const whole = typeof template === 'string' && template !== '' && PRINTABLE.test(template)
  const names = whole ? Array.from(template.matchAll(PLACE), (match) => match[1] as string) : []
  const open = whole ? template.replaceAll(PLACE, '') : '{'
  if (/[{}]/.test(open) || !names.every((name) => NAME.test(name))) {
    throw new OptionError('template', template, "printable ASCII with places, such as '{incoming}_line_{line}'")
  }
  if (names.length > 0) return [...new Set(names)]
  throw new OptionError('template', template, 'at least one place: without one every call has the same key')
}

function textOf(template: string, name: string, values: Readonly<Record<string, unknown>>): string {
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' && value !== '') {
    const text = String(value)
    if (PRINTABLE.test(text)) return text
    throw new OptionError(`values.${name}`, value, `printable ASCII: it is part of the key '${template}'`)
  }
  const allowed = `a non-empty string or a number: without it, '${template}' is the same key for other calls`
  throw new OptionError(`values.${name}`, value, allowed)
}
