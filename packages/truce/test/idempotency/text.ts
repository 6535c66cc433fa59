/**
 * Cases: text comes back as it went in.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { claimOf, isGranted, LONG, newScope, type Subject } from './at-hand.js'

const KIB_256 = 256 * 1_024

const TEXTS: [string, string][] = [
  ['256 KiB', 'truce123'.repeat(KIB_256 / 8)],
  ['256 KiB of four-byte characters', '🕊'.repeat(KIB_256 / 4)],
  ['quotes and backslashes', `it's "quoted" \\ \`ticked\` $1 $$ %s ?1 :name \\u0041 {"a":"b\\"c"}`],
  ['emoji and combined letters', '👩‍👩‍👧‍👦 e\u0301 \u{10FFFF} \uFEFFmarked'],
  ['U+0000', 'a\u0000b\u0000\u0000c\u0000'],
  ['U+0000 alone', '\u0000'],
  ['what stands for U+0000 elsewhere', '\\0 \\u0000 \\x00 \uFFFD \u2400 %00'],
  ['half a surrogate pair', 'a\uD800b \uDC00'],
  ['control characters and line ends', '\u0001\u001F\u007F\u0085\u2028\u2029\r\n\t\v'],
  ['what looks like another type', '00012'],
  ['what looks like null', 'null'],
  ['space at both ends', '  padded \n'],
]

export function text(subject: () => Subject): void {
  const store = () => subject().store

  test.for(TEXTS)('an outcome of %s', async ([, outcome]) => {
    const scope = newScope()
    const { fence } = isGranted(await store().begin(scope, claimOf()))
    await store().complete(scope, { fence, outcome, ttl: LONG })

    const found = await store().begin(scope, claimOf())
    expect(found.is === 'completed' && found.outcome === outcome).toBe(true)
    const looked = await store().look(scope)
    expect(looked.is === 'completed' && looked.outcome === outcome).toBe(true)
  })

  test.for(TEXTS)('a finished step of %s', async ([, result]) => {
    const scope = newScope()
    const { fence } = isGranted(await store().begin(scope, claimOf()))
    await store().note(scope, { fence, lease: LONG, name: 'first', result })
    await store().note(scope, { fence, lease: LONG, name: 'second', result: '2' })
    await store().abandon(scope, { fence, as: 'free' })

    const { points } = isGranted(await store().begin(scope, claimOf()))
    expect(points['first'] === result).toBe(true)
    expect(points['second']).toBe('2')
  })

  test('names of steps that mean something elsewhere', async () => {
    const scope = newScope()
    const { fence } = isGranted(await store().begin(scope, claimOf()))
    const names = ['__proto__', 'constructor', 'a.b', '$.c', "d'e", '"', '', '🕊', '1', 'lease', 'outcome', '{}']
    for (const name of names) await store().note(scope, { fence, lease: LONG, name, result: `of ${name}` })
    await store().abandon(scope, { fence, as: 'free' })

    const { points } = isGranted(await store().begin(scope, claimOf()))
    expect(Object.keys(points)).toHaveLength(names.length)
    for (const name of names) expect([name, Object.hasOwn(points, name) && points[name]]).toEqual([name, `of ${name}`])
  })

  test('scopes that differ in case only are two, as is the longest', async () => {
    const lower = `${newScope()}x`
    const scopes = [lower, `${lower.slice(0, -1)}X`, `${lower}${'-_Aa9'.repeat(20)}`.slice(0, 64)]
    for (const scope of scopes) isGranted(await store().begin(scope, claimOf({ run: `of ${scope}` })))

    for (const scope of scopes) {
      const { fence } = isGranted(await store().begin(scope, claimOf({ run: `of ${scope}` })))
      await store().complete(scope, { fence, outcome: scope, ttl: LONG })
    }
    for (const scope of scopes) expect(await store().look(scope)).toMatchObject({ run: `of ${scope}`, outcome: scope })
  })

  test('the payload’s fingerprint and the run’s name as they are', async () => {
    const scope = newScope()
    const claim = claimOf({ fingerprint: '1:sha-256:Aa+/=', run: "it's \\ 🕊" })
    const { fence } = isGranted(await store().begin(scope, claim))

    expect(await store().begin(scope, claimOf({ fingerprint: '1:sha-256:aa+/=' }))).toEqual({ is: 'mismatch' })
    expect(isGranted(await store().begin(scope, claim)).fence).toBe(fence)
    await store().complete(scope, { fence, outcome: 'done', ttl: LONG })
    expect(await store().look(scope)).toMatchObject({ run: claim.run })
  })
}
