import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { peer } from '../../peer/index.js'

/** Text, perhaps long, as spec/wire writes it. */
type Text = string | { before?: string; repeat: string; times: number; after?: string }
interface Vectors {
  field: string
  read: { name: string; raw: Text; means?: Record<string, unknown>; canonical?: string; ignored?: string }[]
  write: { name: string; given: Record<string, unknown>; raw: string }[]
}

/** Every vector of spec/wire holds in both directions: raw → meaning → canonical → the same meaning. */
describe.each([
  [
    'retry-context',
    (raw: string): object | undefined => peer.readContext(raw),
    (given: object) => peer.write(given as never),
  ],
  ['retry-pushback', (raw: string): object | undefined => peer.read(raw), (given: object) => peer.writePushback(given)],
] as const)('spec/wire/%s.json', (name, read, write) => {
  const file = new URL(`../../../../../spec/wire/${name}.json`, import.meta.url)
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors

  it('is of this field', () => expect(vectors.field.toLowerCase()).toBe(name))

  test.each(vectors.read.map((vector) => [vector.name, vector] as const))('read: %s', (_, vector) => {
    const raw = text(vector.raw)
    if (vector.ignored !== undefined) {
      expect(read(raw)).toBeUndefined()
      return
    }
    const means = ours(vector.means ?? {})
    expect(read(raw)).toStrictEqual(means)
    const canonical = vector.canonical ?? raw
    expect(write(means)).toBe(canonical)
    expect(read(canonical)).toStrictEqual(means)
  })

  test.each(vectors.write)('write: $name', ({ given, raw }) => {
    expect(write(ours(given))).toBe(raw)
  })
})

function text(value: Text): string {
  return typeof value === 'string'
    ? value
    : (value.before ?? '') + value.repeat.repeat(value.times) + (value.after ?? '')
}

const OURS: Readonly<Record<string, string>> = { 'key-age': 'keyAge', business: 'businessOwner' }

/** The members of the wire under the names of the port. */
function ours(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([key, value]) => [
      OURS[key] ?? key,
      typeof value === 'object' ? text(value as Text) : value,
    ]),
  )
}
