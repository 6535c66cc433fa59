/**
 * Advice: what somebody meant who wrote a field that there is not.
 *
 * @module
 */
import type { Path } from './model.js'
import { nearest } from './nearest.js'
import { fieldOf, ofKind, type Schema, schema } from './schema.js'
import { pathText, type Tree } from './tree.js'

/** Words of other tools: ours for the same. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  timeout: 'attemptTimeout (one attempt) or deadline (the whole call)',
  retries: 'attempts, which is retries + 1',
  retry: 'attempts and backoff',
  maxRetries: 'attempts, which is maxRetries + 1',
  maxAttempts: 'attempts',
  perTryTimeout: 'attemptTimeout',
  circuitBreaker: 'breaker',
  bulkhead: 'concurrency',
  delay: 'backoff: { initial }',
  preset: 'use',
  queue: 'broker',
  replicas: 'instances',
  name: 'service',
}

/** One sentence: where it belongs, what it is called, or what there is. */
export function misplaced(name: string, value: Tree, path: Path, known: readonly string[]): string {
  const ours = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined
  const guess = nearest(name, known)
  if (guess !== undefined) return `did you mean ${guess}?`
  if (ours !== undefined && known.some((field) => ours.includes(field))) return `here it is ${ours}`
  if (value.kind === 'map' && value.entries.has('effect') && path[0] === 'depends' && path.length === 2) {
    return `did you mean ${name} under ${pathText([...path, 'operations'])}?`
  }
  const place = placesOf(name, path)
  if (place !== undefined) return `did you mean ${name} under ${place}?`
  const other = ours ?? nearest(name, everyField())
  const elsewhere = other === undefined ? undefined : placesOf(other.split(/[ ,]/, 1).join(''), path)
  if (elsewhere !== undefined) return `did you mean ${other} under ${elsewhere}?`
  return `write one of ${known.join(', ')}`
}

/** Where fields stand; NAME is whatever its author calls it. */
const PLACES = [
  [], ['serves', 'NAME'], ['depends', 'NAME'], ['depends', 'NAME', 'operations', 'NAME'],
  ['depends', 'NAME', 'operations', 'NAME', 'backoff'], ['depends', 'NAME', 'budget'], ['depends', 'NAME', 'breaker'],
  ['serves', 'NAME', 'idempotency'], ['depends', 'NAME', 'operations', 'NAME', 'idempotency'], ['limits'],
  ['serves', 'NAME', 'slo'], ['serves', 'NAME', 'latency'],
  ['depends', 'NAME', 'operations', 'NAME', 'exhausted', 'cached'],
] as const // prettier-ignore

/** The place nearest to `path` that has a field of that name, with the names of `path` where they are known. */
function placesOf(name: string, path: Path): string | undefined {
  const places = PLACES.filter((place) => Object.hasOwn(fieldsAt(place), name))
  const shared = (place: readonly string[]) => place.findIndex((step, i) => step !== 'NAME' && step !== path[i])
  const score = (place: readonly string[]) => (shared(place) === -1 ? place.length : shared(place))
  const [best] = places.toSorted((a, b) => score(b) - score(a))
  if (best === undefined) return undefined
  const same = score(best)
  const text = pathText(best.map((step, i) => (step === 'NAME' && i < same && path[i] !== undefined ? path[i] : step)))
  return text === '' ? 'the top of the document' : text
}

function everyField(): string[] {
  return PLACES.flatMap((place) => Object.keys(fieldsAt(place)))
}

function fieldsAt(place: readonly string[]): Readonly<Record<string, Schema>> {
  let here: Schema | undefined = schema()
  for (const step of place) here = here && mapOf(fieldOf(here, step))
  return here?.properties ?? {}
}

function mapOf(field: Schema | undefined): Schema | undefined {
  return field && ofKind(field, 'map')
}
