/**
 * JSON text: a body as it came over the wire, read so that nothing of it is lost unseen.
 *
 * `JSON.parse` takes the last of two equal keys, rounds 9007199254740993 to its neighbour, and a lenient
 * decoder turns broken UTF-8 into question marks: three ways for two different bodies to get one
 * fingerprint. Here each of them is an error.
 *
 * @module
 */
import { InvalidPayloadError } from './errors.js'

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * @param body text, or its bytes in UTF-8
 * @throws InvalidPayloadError for broken UTF-8, what is no JSON, a key that comes twice in an object, and a
 *   number that JavaScript cannot hold as it was written
 * @example
 * await orders.execute({ …, payload: jsonText(await request.bytes()) }, handler)
 */
export function jsonText(body: string | Uint8Array): unknown {
  const text = typeof body === 'string' ? body : decoded(body)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new InvalidPayloadError('payload', `is no JSON: ${(error as Error).message}`)
  }
  scan(text)
  return value
}

function decoded(bytes: Uint8Array): string {
  try {
    return DECODER.decode(bytes)
  } catch {
    throw new InvalidPayloadError(
      'payload',
      'is no UTF-8; send it in UTF-8, or give its bytes to be compared as they are',
    )
  }
}

/** The next number, the begin of a string, or a begin or end of an object or list. The text is known to be JSON. */
const TOKEN = /["{}[\],:]|-?\d[\d.eE+-]*/g

/** Where the string that begins at `start` ends. By hand: an expression for it overflows its stack at 20 MB. */
function endOf(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf('"', at)
    let escapes = 0
    while (text[at - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return at + 1
  }
}

/** Looks through valid JSON for what parsing does not tell. */
function scan(text: string): void {
  /** The keys of each object around; `undefined` for a list. */
  const around: (Set<string> | undefined)[] = []
  let awaitsKey = false
  const tokens = new RegExp(TOKEN)
  for (let match = tokens.exec(text); match; match = tokens.exec(text)) {
    const [token] = match
    switch (token[0]) {
      case '{':
        around.push(new Set())
        awaitsKey = true
        break
      case '[':
        around.push(undefined)
        awaitsKey = false
        break
      case '}':
      case ']':
        around.pop()
        awaitsKey = false
        break
      case ',':
        awaitsKey = around.at(-1) !== undefined
        break
      case ':':
        awaitsKey = false
        break
      case '"':
        tokens.lastIndex = endOf(text, match.index)
        if (awaitsKey) once(around.at(-1) as Set<string>, text.slice(match.index, tokens.lastIndex))
        break
      default:
        exact(token)
    }
  }
}

function once(keys: Set<string>, token: string): void {
  const key = JSON.parse(token) as string
  if (keys.has(key)) {
    throw new InvalidPayloadError('payload', `has the key ${token.slice(0, 60)} twice in one object; which one counts?`)
  }
  keys.add(key)
}

/** Would it come back as the number that was written? */
function exact(token: string): void {
  const value = Number(token)
  if (Number.isFinite(value) && digits(token) === digits(String(value))) return
  throw new InvalidPayloadError(
    'payload',
    `has the number ${token.slice(0, 40)}, which JavaScript cannot hold; send it as text`,
  )
}

/** Its significant digits and the power of ten of the last one: equal for `1.50`, `1.5` and `15e-1`. */
function digits(number: string): string {
  const [mantissa = '', exponent = '0'] = number.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const all = (whole + fraction).replace(/^0+/, '')
  if (all === '') return '0'
  // By hand: /0+$/ tries every zero of 1000…01 as the first of the last, which takes the square of their number.
  let end = all.length
  while (all[end - 1] === '0') end--
  const significant = all.slice(0, end)
  return `${significant}e${Number(exponent) - fraction.length + (all.length - significant.length)}`
}
