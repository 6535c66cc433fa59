import { afterEach, describe, expect, it, vi } from 'vitest'
import { OptionError, type RunOptions } from '../index.js'
import { setUp } from '../../test/scenes/standing-in.js'
import { DOWN, fail, OFF } from '../../test/scenes/recorded.js'

// A rejection that nobody handles fails the run: vitest listens.
afterEach(() => void vi.restoreAllMocks())

describe('a cached answer', () => {
  const cached = { maxAge: '30s', key: ['tenant', 'sku'] } as const
  const of = (tenant: string | number, sku: string | number): RunOptions => ({ cacheKey: { tenant, sku } })

  it('stands in up to its age, and says how old it is', async () => {
    const { time, operation, counters, used } = setUp({ exhausted: { cached } })
    await time.run(operation.run(() => 5, of('a', 'x')))
    await time.advance(29_000)
    expect(await time.run(operation.outcome(fail, of('a', 'x')))).toMatchObject({
      ok: true,
      value: 5,
      source: 'cache',
      quality: 'stale',
      age: 29_010,
      stop: 'attempts',
      attempts: 2,
    })
    expect(counters).toMatchObject({ cacheUsed: 1, fallbackUsed: 0 })
    expect(used()).toEqual([['cache', 1]])
    await time.advance(1_000)
    expect(await time.run(operation.outcome(fail, of('a', 'x')))).toMatchObject({ ok: false, error: DOWN })
  })

  it('is good enough at exactly its age, and not 1 ms later', async () => {
    const { time, operation } = setUp({ attempts: 1, exhausted: { cached } })
    await operation.run(() => 5, of('a', 'x'))
    await time.advance(30_000)
    expect(await operation.outcome(fail, of('a', 'x'))).toMatchObject({ ok: true, age: 30_000 })
    await time.advance(1)
    expect(await operation.outcome(fail, of('a', 'x'))).toMatchObject({ ok: false })
  })

  it('gives way to the fallback where it is too old, or there is none', async () => {
    const { time, operation, used } = setUp({ exhausted: { cached }, fallback: () => -1 })
    expect(await time.run(operation.outcome<number>(fail, of('a', 'x')))).toMatchObject({
      value: -1,
      source: 'fallback',
    })
    await time.run(operation.run(() => 5, of('a', 'x')))
    expect(await time.run(operation.outcome<number>(fail, of('a', 'x')))).toMatchObject({ value: 5, source: 'cache' })
    await time.advance(60_000)
    expect(await time.run(operation.outcome<number>(fail, of('a', 'x')))).toMatchObject({ value: -1 })
    expect(used()).toEqual([
      ['cache', 1],
      ['fallback', 2],
    ])
  })

  it('is the latest, also where a retry brought it; and undefined is an answer', async () => {
    const { time, operation } = setUp({ exhausted: { cached } })
    await time.run(operation.run(() => 5, of('a', 'x')))
    await time.run(operation.run(({ attempt }) => (attempt === 1 ? fail() : undefined), of('a', 'x')))
    expect(await time.run(operation.outcome<unknown>(fail, of('a', 'x')))).toMatchObject({ ok: true, value: undefined })
  })

  const pairs: readonly (readonly [RunOptions['cacheKey'], RunOptions['cacheKey']])[] = [
    [
      { tenant: 'a', sku: 'x' },
      { tenant: 'b', sku: 'x' },
    ],
    [
      { tenant: 'x', sku: 'yz' },
      { tenant: 'xy', sku: 'z' },
    ],
    [
      { tenant: '', sku: 'x' },
      { tenant: 'x', sku: '' },
    ],
    [
      { tenant: 1, sku: 'x' },
      { tenant: '1', sku: 'x' },
    ],
    [
      { tenant: 'a', sku: '2:sx' },
      { tenant: 'a2:sx', sku: '' },
    ],
    [
      { tenant: '2:sa', sku: '' },
      { tenant: '', sku: '2:sa' },
    ],
  ]
  it.each(pairs)('of %o is not that of %o', async (one, other) => {
    const { time, operation } = setUp({ exhausted: { cached } })
    await time.run(operation.run(() => 'mine', { cacheKey: one as Record<string, string> }))
    const end = await time.run(operation.outcome(fail, { cacheKey: other as Record<string, string> }))
    expect(end).toMatchObject({ ok: false, error: DOWN })
    expect(await time.run(operation.run(fail, { cacheKey: one as Record<string, string> }))).toBe('mine')
  })

  it('of one partition is not given to another: tenants are partitions too', async () => {
    const call = { exhausted: { cached: { maxAge: '30s', key: ['sku'] } } } as const
    const { time, operation } = setUp(call, { ...OFF, partition: 'tenant' })
    await time.run(operation.run(() => 'mine', { partition: 'a', cacheKey: { sku: 'x' } }))
    expect(await time.run(operation.outcome(fail, { partition: 'b', cacheKey: { sku: 'x' } }))).toMatchObject({
      ok: false,
    })
    expect(await time.run(operation.run(fail, { partition: 'a', cacheKey: { sku: 'x' } }))).toBe('mine')
  })

  it('of another operation is not given either', async () => {
    const { time, guarded, operation } = setUp({ exhausted: { cached } })
    const other = guarded.operation('other', { effect: 'read', attempts: 1, exhausted: { cached } })
    await time.run(other.run(() => 'its', of('a', 'x')))
    expect(await time.run(operation.outcome(fail, of('a', 'x')))).toMatchObject({ ok: false })
  })

  it.each([
    ['none', undefined, 'cacheKey.tenant'],
    ['one name too few', { tenant: 'a' }, 'cacheKey.sku'],
    ['one name too many', { tenant: 'a', sku: 'x', zone: 'z' }, 'cacheKey.zone'],
    ['a value of another kind', { tenant: 'a', sku: true }, 'cacheKey.sku'],
    ['undefined for a value', { tenant: undefined, sku: 'x' }, 'cacheKey.tenant'],
    ['an array', ['a', 'x'], 'cacheKey'],
  ])('needs its key, whole: %s is refused at once, and nothing is called', (_, cacheKey, option) => {
    const { operation } = setUp({ exhausted: { cached } })
    const fn = vi.fn<() => number>(() => 1)
    const given = (cacheKey === undefined ? undefined : { cacheKey }) as RunOptions
    for (const start of [() => operation.run(fn, given), () => operation.outcome(fn, given)]) {
      expect(() => void start()).toThrow(expect.objectContaining({ code: 'TRUCE_OPTION', option }))
    }
    expect(fn).not.toHaveBeenCalled()
  })

  it('a key for an operation that keeps nothing is a mistake', () => {
    const { operation } = setUp({})
    expect(() => void operation.run(() => 1, of('a', 'x'))).toThrow(OptionError)
  })

  it('is one of so many; the least recently used go', async () => {
    const { time, operation } = setUp({ attempts: 1, exhausted: { cached: { ...cached, max: 2 } } })
    for (const sku of ['x', 'y', 'x', 'z']) await operation.run(() => sku, of('a', sku))
    const there = []
    for (const sku of ['x', 'y', 'z']) there.push((await time.run(operation.outcome(fail, of('a', sku)))).ok)
    expect(there).toEqual([true, false, true])
  })

  it.each([
    ['a Response', () => new Response('text')],
    ['a stream', () => new ReadableStream()],
    ['an async iterable', async function* () {}],
  ])('%s can be read once: it is not kept, and a warning says so, once', async (_, fn) => {
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
    const { time, operation } = setUp({ exhausted: { cached } })
    for (let n = 0; n < 3; n++) await time.run(operation.run<unknown>(fn as () => unknown, of('a', 'x')))
    expect(warned).toHaveBeenCalledOnce()
    expect(warned.mock.calls[0]?.[0]).toContain('read only once')
    expect(await time.run(operation.outcome(fail, of('a', 'x')))).toMatchObject({ ok: false })
  })
})
