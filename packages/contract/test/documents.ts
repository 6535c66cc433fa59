/**
 * Documents at random, made from the schema itself: whatever field is added to it is tried by every property.
 *
 * @module
 */
import fc from 'fast-check'
import * as forms from '../src/document/forms.js'
import { type Schema, schema } from '../src/document/schema.js'

const samples = new Map<string, readonly string[]>([
  [forms.DURATION.source, ['0s', '50ms', '1.5s', '2m', '1h']],
  [forms.DURATION_OVER_0.source, ['1ms', '400ms', '1.5s', '2m', '72h']],
  [forms.RATE.source, ['0/s', '10/m']],
  [forms.RATE_OVER_0.source, ['0.5/s', '200/s', '10/m', '1/h']],
  [forms.SHARE.source, ['0%', '20%', '99.9%', '100%']],
  [forms.SHARE_OVER_0.source, ['0.1%', '20%', '100%']],
  [forms.NAME.source, ['order-api', 'a', 'constructor', '7_x']],
  [forms.OPERATION_NAME.source, ['reserve', 'v1.reserve', 'toString']],
  [forms.TARGET.source, ['inventory.reserve', 'a.v1.b']],
  [forms.KEY_TEMPLATE.source, ['{incoming}', '{incoming}_line_{line}']],
])

/** Values that the schema allows. */
export function allowedBy(of: Schema): fc.Arbitrary<unknown> {
  if (of.anyOf !== undefined) return fc.oneof(...of.anyOf.map(allowedBy))
  if (of.const !== undefined) return fc.constant(of.const)
  if (of.enum !== undefined) return fc.constantFrom(...of.enum)
  switch (of.type) {
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({ min: of.minimum ?? 0, max: (of.minimum ?? 0) + 9 })
    case 'number':
      return number(of)
    case 'string':
      return fc.constantFrom(...(samples.get(of.pattern ?? '') ?? ['anything', 'http://127.0.0.1:4001']))
    case 'array':
      return fc.array(allowedBy(of.items ?? {}), { minLength: of.minItems ?? 0, maxLength: 3 })
    default:
      return of.properties === undefined ? names(of) : fields(of)
  }
}

function number({ minimum, exclusiveMinimum = 0, maximum, exclusiveMaximum }: Schema): fc.Arbitrary<number> {
  const least = minimum ?? exclusiveMinimum + 0.001
  const most = maximum ?? (exclusiveMaximum === undefined ? 10_000 : exclusiveMaximum - 0.001)
  return fc.oneof(fc.constantFrom(least, most), fc.double({ min: least, max: most, noNaN: true }))
}

function names({ propertyNames = {}, additionalProperties = {} }: Schema): fc.Arbitrary<object> {
  const value = additionalProperties === false ? fc.constant(null) : allowedBy(additionalProperties)
  return fc.dictionary(allowedBy(propertyNames) as fc.Arbitrary<string>, value, { maxKeys: 2, noNullPrototype: true })
}

/** Few at a time: with all of them at once, some would always contradict each other. */
function fields({ properties = {}, required = [] }: Schema): fc.Arbitrary<object> {
  const optional = Object.keys(properties).filter((name) => !required.includes(name))
  return fc.subarray(optional, { maxLength: Math.min(5, optional.length) }).chain((chosen) => {
    const members = [...required, ...chosen].map((name) => [name, allowedBy(properties[name] ?? {})] as const)
    return fc.record(Object.fromEntries(members), { noNullPrototype: true })
  })
}

/** Documents of the right shape. */
export const documents = (): fc.Arbitrary<Record<string, unknown>> =>
  allowedBy(schema()) as fc.Arbitrary<Record<string, unknown>>

const STRANGE: readonly unknown[] = [
  null, true, false, 0, -1, 1, 1.5, 1e21, '', ' ', 'none', '3', '3 s', '-1s', '1e3s', '0ms', '0%', '101%', '20 %', '5/d',
  'natural', 'adaptive', 'reed', [], [''], ['timeout', 7], {}, { x: 1 }, { cached: {} }, { limit: 0 }, 'ä', 'a b',
] // prettier-ignore

/** The same document with one member gone, renamed, added or replaced. */
export function mutated(document: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(document)
  return fc
    .record({
      place: fc.constantFrom(...places),
      how: fc.constantFrom('remove', 'rename', 'add', 'replace', 'replace', 'replace'),
      name: fc.constantFrom('effec', 'x', 'attempts', 'deadline', 'none', 'a b', '9', 'use'),
      value: fc.constantFrom(...STRANGE),
    })
    .map(({ place, how, name, value }) => {
      const copy = structuredClone(document)
      const parent = place.slice(0, -1).reduce((at, step) => (at as Record<string, unknown>)[step], copy)
      const last = place.at(-1)
      if (last === undefined) return how === 'replace' ? value : copy
      const members = parent as Record<string, unknown>
      const own = members[last]
      if (how === 'add')
        (Array.isArray(own) || typeof own !== 'object' ? members : (own as Record<string, unknown>))[name] = value
      else if (how === 'replace') members[last] = value
      else if (Array.isArray(members)) members.splice(Number(last), 1)
      else {
        delete members[last]
        if (how === 'rename') members[name] = own
      }
      return copy
    })
}

function placesIn(value: unknown, here: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...here]]
  return [[...here], ...Object.entries(value).flatMap(([name, each]) => placesIn(each, [...here, name]))]
}
