import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { PeerContext, PeerPushback } from '../../context/peer-port.js'
import { peer } from '../../peer/index.js'
import { FIELD_MAX, INTEGER_MAX, isName, NAME_MAX } from './dictionary.js'

const whole = (min: number) => fc.integer({ min, max: INTEGER_MAX })
/** Any name that may be sent, the longest and those that escape to the most included. */
const name = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: NAME_MAX }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 70 }),
    fc.constantFrom('"'.repeat(NAME_MAX), 'ü'.repeat(127), '📦'.repeat(63), '€'.repeat(85)),
  )
  .filter(isName)

const context = fc
  .record(
    {
      call: name,
      attempt: whole(1),
      deadline: whole(0),
      urgency: fc.constantFrom('interactive', 'background'),
      caller: name,
      contract: whole(1),
      keyAge: whole(0),
      owner: name,
      businessOwner: name,
    },
    { requiredKeys: ['call', 'attempt', 'owner'] },
  )
  .map((all) => ({ ...all }) as PeerContext)

const pushback = fc
  .record(
    {
      retry: fc.boolean(),
      after: whole(0),
      slot: whole(0),
      applied: fc.boolean(),
      reason: fc.constantFrom('exhausted', 'overloaded', 'draining', 'share'),
      scope: fc.constantFrom('host', 'service'),
      load: fc.integer({ min: 0, max: 1_000_000 }).map((n) => n / 1000),
      backlog: whole(0),
    },
    { requiredKeys: [] },
  )
  .filter((members) => Object.keys(members).length > 0)
  .map((all) => ({ ...all }) as PeerPushback)

/** Values that the interface forbids and plain JavaScript allows. */
const anything = fc.oneof(
  fc.anything(),
  fc.double(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(NaN, Infinity, -Infinity, -1, -0, 1e-7, 1e12, 1e15, Number.MAX_VALUE),
)
const members = (...keys: string[]) => fc.record(Object.fromEntries(keys.map((key) => [key, anything])))
const anyContext = members(
  'call',
  'attempt',
  'deadline',
  'urgency',
  'caller',
  'contract',
  'keyAge',
  'owner',
  'businessOwner',
)
const anyPushback = members('retry', 'after', 'slot', 'applied', 'reason', 'scope', 'load', 'backlog')

/** Text near enough to a dictionary to come far into the parser. */
const nearly = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'call',
        'attempt=',
        'after=',
        'slot',
        'retry=',
        'owner=',
        ';business=',
        '?0',
        '?1',
        '"',
        '\\',
        '%"',
        '%c3',
      ),
      fc.constantFrom(', ', ',', ';', '(', ')', ' ', '=', ':', '@', '-', '.', '\t', '\0', '\u0141', '9'.repeat(16)),
      fc.integer().map(String),
      fc.string({ maxLength: 5, unit: 'binary' }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''))

describe('laws', () => {
  test('what is written is read as the same', () => {
    fc.assert(
      fc.property(context, pushback, (told, heard) => {
        expect(peer.readContext(peer.write(told))).toStrictEqual(told)
        expect(peer.read(peer.writePushback(heard))).toStrictEqual(heard)
      }),
      { numRuns: 1000 },
    )
  })

  test('what may not be sent is not sent, whatever it is: the rest can be read, and is stable', () => {
    fc.assert(
      fc.property(anyContext, (given) => {
        const field = peer.write(given as never)
        const read = peer.readContext(field)
        expect(field === '').toBe(read === undefined)
        expect(field.length).toBeLessThanOrEqual(FIELD_MAX)
        expect(field).toMatch(/^[\x20-\x7e]*$/)
        expect(peer.write((read ?? {}) as PeerContext)).toBe(field)
      }),
    )
    fc.assert(
      fc.property(anyPushback, (given) => {
        const field = peer.writePushback(given as never)
        const read = peer.read(field)
        expect(field === '').toBe(read === undefined)
        expect(peer.writePushback(read ?? {})).toBe(field)
      }),
    )
  })

  test('reading never throws, and what it gives can be sent', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string({ unit: 'binary' })), (raw) => {
        const heard = peer.read(raw)
        expect(heard && peer.read(peer.writePushback(heard))).toStrictEqual(heard)
        const told = peer.readContext(raw)
        expect(told && peer.readContext(peer.write(told as PeerContext))).toStrictEqual(told)
      }),
      { numRuns: 2000 },
    )
  })

  test('the longest field that is written can be read', () => {
    const longest = 'é'.repeat(127)
    const field = peer.write({
      call: longest,
      attempt: INTEGER_MAX,
      deadline: INTEGER_MAX,
      urgency: 'interactive',
      caller: longest,
      contract: INTEGER_MAX,
      keyAge: INTEGER_MAX,
      owner: longest,
      businessOwner: longest,
    })
    expect(field.length).toBeGreaterThan(3_000)
    expect(peer.readContext(field)).toMatchObject({ call: longest, businessOwner: longest })
  })
})

describe('a name', () => {
  test.each<[string, string, boolean]>([
    ['ASCII', 'order-api', true],
    ['with spaces and quotes', 'the "order" api', true],
    ['beyond ASCII', 'bestellübersicht', true],
    ['255 bytes', 'x'.repeat(255), true],
    ['256 bytes', 'x'.repeat(256), false],
    ['128 characters of two bytes', 'ü'.repeat(128), false],
    ['empty', '', false],
    ['a line break', 'a\r\nb', false],
    ['DEL', 'a\x7F', false],
    ['half a surrogate pair', '\uD83D', false],
  ])('%s', (_, text, carried) => {
    expect(peer.carries(text)).toBe(carried)
    expect(peer.readContext(peer.write({ call: text, attempt: 1 }))?.call).toBe(carried ? text : undefined)
  })
})

describe('hostile input', () => {
  it('is not parsed beyond the limit', () => {
    const huge = 'retry=?0, x='.padEnd(2_000_000, '(')
    expect(peer.read(huge)).toBeUndefined()
    expect(peer.read(`retry=?0${' '.repeat(FIELD_MAX)}`)).toBeUndefined()
    expect(peer.read(`retry=?0${' '.repeat(FIELD_MAX - 8)}`)).toEqual({ retry: false })
  })

  test.each([
    '('.repeat(4000),
    `a=${'('.repeat(4000)}`,
    `a=(${'"" '.repeat(1300)}`,
    `a=%"${'%c3'.repeat(1300)}"`,
    'a,'.repeat(2000),
  ])('as if absent: %#', (raw) => expect(peer.read(raw)).toBeUndefined())

  it('does not take keys of Object.prototype for members', () => {
    expect(peer.read('__proto__=1, constructor=2, tostring=3')).toBeUndefined()
    expect(peer.read('constructor=2, retry=?0')).toStrictEqual({ retry: false })
  })

  it('reads what is no text as absent', () => {
    for (const value of [undefined, null, 5, {}, ['retry=?0']]) expect(peer.read(value as never)).toBeUndefined()
  })
})
