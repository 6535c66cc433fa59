import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { readCanonicalContext } from './canonical-context.js'
import { FIELD_MAX, INTEGER_MAX } from './dictionary.js'
import { readAnyContext, readRetryContext, writeRetryContext } from './retry-context.js'

const file = new URL('../../../../../spec/wire/retry-context.json', import.meta.url)
const { read, write } = JSON.parse(readFileSync(file, 'utf8')) as {
  read: { name: string; raw: unknown }[]
  write: { name: string; raw: string }[]
}
const vectors = [...read, ...write].flatMap(({ name, raw }) => (typeof raw === 'string' ? [[name, raw] as const] : []))

/** What is read the quick way, where that is canonical, and what is read at all. */
const ours = (field: string) => [readCanonicalContext(field) ?? readAnyContext(field), readRetryContext(field)]
const theirs = (field: string) => [readAnyContext(field), readAnyContext(field)]
const agree = (field: string): void => {
  expect(ours(field)).toStrictEqual(theirs(field))
}

const whole = (min: number) => fc.integer({ min, max: INTEGER_MAX })
const name = fc.string({ minLength: 1, maxLength: 40, size: 'max' })
const context = fc.record(
  {
    call: name,
    attempt: whole(1),
    deadline: whole(0),
    urgency: fc.constantFrom('interactive' as const, 'background' as const),
    caller: name,
    contract: whole(1),
    keyAge: whole(0),
    owner: name,
    businessOwner: name,
  },
  { requiredKeys: ['call', 'attempt'] },
)

/** Pieces of which fields are made, whole and wrong. */
const piece = fc.constantFrom(
  ...'call attempt deadline urgency caller contract key-age owner x = , ; " \\ "" "a" ;business="b" ( ) ?1 %"a"'.split(
    ' ',
  ),
  ...':YQ==: 0 1 12 007 -1 1.5 999999999999999 1000000000000000 interactive background soon'.split(' '),
  ...'call="a" attempt=2 deadline=0 urgency=background = = \t \u007f é'.split(' '),
  ', ',
  ' ',
  '"b c"',
)

describe('canonical Retry-Context', () => {
  test.each(vectors)('agrees with the library on the vector: %s', (_, raw) => {
    expect(ours(raw)).toStrictEqual(theirs(raw))
  })

  it('is what peers write, unless a name has to be escaped or an owner has a parameter', () => {
    const written = writeRetryContext({
      call: '01JD',
      attempt: 2,
      deadline: 380,
      urgency: 'interactive',
      caller: 'order-api',
      contract: 4,
      keyAge: 5,
      owner: 'o',
    })
    expect(readCanonicalContext(written)).toStrictEqual(readAnyContext(written))
    expect(readCanonicalContext(written)).toBeDefined()
    for (const members of [{ call: 'a"b' }, { call: 'ü' }, { call: 'a', owner: 'o', businessOwner: 'b' }]) {
      expect(readCanonicalContext(writeRetryContext({ attempt: 1, ...members }))).toBeUndefined()
    }
  })

  it('agrees on whatever is written', () => {
    const law = fc.property(context, (given) => agree(writeRetryContext(given as never)))
    expect(() => fc.assert(law, { numRuns: 500 })).not.toThrow()
  })

  it('agrees on whatever is made of the same pieces', () => {
    const made = fc.property(fc.array(piece, { maxLength: 14, size: 'max' }), (pieces) => agree(pieces.join('')))
    const any = fc.property(fc.string({ unit: 'binary' }), agree)
    expect(() => fc.assert(made, { numRuns: 5_000 })).not.toThrow()
    expect(() => fc.assert(any, { numRuns: 500 })).not.toThrow()
  })

  it('agrees on written fields of which one character was changed', () => {
    const changed = fc.tuple(context, fc.nat(), fc.string({ unit: 'binary', maxLength: 1 }))
    const law = fc.property(changed, ([given, place, other]) => {
      const field = writeRetryContext(given as never)
      const at = place % field.length
      agree(field.slice(0, at) + other + field.slice(at + 1))
    })
    expect(() => fc.assert(law, { numRuns: 2_000 })).not.toThrow()
  })

  test.each([
    ['nothing', ''],
    ['a name of 255 characters', `call="${'x'.repeat(255)}"`],
    ['one of 256', `call="${'x'.repeat(256)}"`],
    ['a field that is too long', `call="a", owner="${'x'.repeat(FIELD_MAX)}"`],
    ['a comma at the end', 'attempt=1, '],
    ['a key of a prototype', 'constructor=1'],
    ['another', '__proto__="a"'],
    ['a name that is a number', 'call=1'],
    ['the same twice', 'attempt=1, attempt=2'],
  ])('agrees on %s', (_, field) => {
    expect(ours(field)).toStrictEqual(theirs(field))
  })
})
