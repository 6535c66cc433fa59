import { describe, expect, it } from 'vitest'
import { checked } from '../../test/given.js'

const HOUR = 3_600_000

/** A service that serves write `x` with a key, and calls write `x` of another. */
const link = (service: string, key: string, more = '') => `
truce: 1
service: ${service}
serves: { x: { effect: write, idempotency: { key: required, ttl: 72h }${key && `, calls: { ${next(service)}.x: 1 }`} } }
${key && `depends: { ${next(service)}: { ${more} operations: { x: { effect: write, idempotency: { ${key} } } } } }`}
`
const next = (service: string) => String.fromCodePoint((service.codePointAt(0) ?? 0) + 1)

const windows = (...documents: string[]) =>
  checked(documents).windows.map(({ chain, window, ttl }) => [
    chain.join(' → '),
    window === null ? null : window / HOUR,
    ttl === null ? null : ttl / HOUR,
  ])

describe('the window of a key', () => {
  it('is the one declared, beside the time that the server remembers it', () => {
    expect(windows(link('a', "key: 'o_{order}', window: 24h"), link('b', ''))).toEqual([['a.x → b.x', 24, 72]])
  })

  it('without one declared is the time that its repeats can take', () => {
    // Three attempts of 3 s, and waits of 100 and 200 ms.
    expect(windows(link('a', "key: 'o_{order}'"), link('b', ''))).toEqual([['a.x → b.x', 9_300 / HOUR, 72]])
  })

  it('has no ttl beside it where the server says none, or its document is not given', () => {
    const forgetful = '{ truce: 1, service: b, serves: { x: { effect: write, idempotency: { key: optional } } } }'
    expect(windows(link('a', "key: 'o_{order}', window: 24h"))).toEqual([['a.x → b.x', 24, null]])
    expect(windows(link('a', "key: 'o_{order}', window: 24h"), forgetful)).toEqual([['a.x → b.x', 24, null]])
  })

  it('of a queue is as long as its deadline', () => {
    const queued = link('a', "key: 'o_{order}'", 'broker: rabbitmq,').replace(
      'operations: { x: {',
      'operations: { x: { use: background, attempts: 2, deadline: 6h,',
    )
    expect(windows(queued)).toEqual([['a.x → b.x', 6, null]])
  })
})

describe('a key derived from one that came in', () => {
  const derived = "key: '{incoming}_x', window: 24h"

  it('lives as long as whoever sends that one may repeat it, on top', () => {
    expect(windows(link('a', derived), link('b', derived), link('c', derived), link('d', ''))).toEqual([
      ['a.x → b.x', 24, 72],
      ['a.x → b.x → c.x', 48, 72],
      ['a.x → b.x → c.x → d.x', 72, 72],
    ])
  })

  it('begins anew where the middle makes one of its own', () => {
    expect(windows(link('a', derived), link('b', "key: 'own_{id}', window: 1h"), link('c', ''))).toEqual([
      ['a.x → b.x', 24, 72],
      ['b.x → c.x', 1, 72],
    ])
  })

  it('has the longest of all callers', () => {
    const other = link('z', derived).replaceAll('{.x', 'b.x').replaceAll('{:', 'b:').replace('24h', '30h')
    expect(windows(link('a', derived), link('b', derived), other)).toContainEqual(['z.x → b.x → c.x', 54, null])
  })

  it('is derived through services that do not say which operation calls which', () => {
    const silent = (text: string) => text.replace(/, calls: [^}]*[}]/, '')
    const chain = [link('a', derived), silent(link('b', derived)), silent(link('c', derived)), link('d', '')]
    expect(windows(...chain).at(-1)).toEqual(['a.x → b.x → c.x → d.x', 72, 72])
  })

  it('goes round no circle', () => {
    const back = link('b', derived).replaceAll('c.x', 'a.x').replace('depends: { c:', 'depends: { a:')
    expect(windows(link('a', derived), back)).toEqual([
      ['a.x → b.x', 24, 72],
      ['a.x → b.x → a.x', 48, 72],
    ])
  })
})

describe('a ttl', () => {
  const derived = "key: '{incoming}_x', window: 24h"
  const server = (fields: string) =>
    `{ truce: 1, service: c, serves: { x: { effect: write, deadline: 1m, idempotency: { key: required, ${fields} } } } }`
  const findings = (fields: string) =>
    checked([link('a', derived), link('b', derived), server(fields)]).findings.filter(
      ({ rule }) => rule === 'ttl-below-window',
    )

  it('covers the whole chain and the server’s own deadline', () => {
    expect(findings('ttl: 48h')).toMatchObject([
      {
        service: 'c',
        operation: 'x',
        message:
          'x forgets a key after 48h, but it may be repeated for 48h (a.x → b.x → c.x), and x itself works for up to 1m.',
        fix: 'Write `ttl: 49h` under serves.x.idempotency, or longer.',
        amount: 60_000,
      },
    ])
    expect(findings('ttl: 49h')).toEqual([])
  })

  it('that the server does not give is not compared', () => {
    expect(findings('fields: [a]')).toEqual([])
  })
})
