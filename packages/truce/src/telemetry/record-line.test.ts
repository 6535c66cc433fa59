import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { AttemptRecord } from './record.js'
import { attemptRecord as record } from '../testing/attempt-record.js'
import { RecordLines } from './record-line.js'

const bytes = Buffer.alloc(64 * 1024)
const encode = (of: RecordLines, given: AttemptRecord) => bytes.toString('utf8', 1, of.encode(given, bytes, 1))
const lines = new RecordLines()

describe('record line', () => {
  test('a record as it stands in the log', () => {
    const line = encode(lines, record({ t: 1_732_300_000_000.125, parent: 'p#2', stop: 'budget', outcome: 'timeout' }))
    expect(line).toBe(
      '{"v":1,"side":"client","service":"order","dependency":"inventory","operation":"reserve","effect":"write",' +
        '"layer":"inventory-client","t":1732300000000.125,"call":"c1","parent":"p#2","attempt":1,"cause":"original","waited":0,' +
        '"ms":12.5,"outcome":"timeout","stop":"budget"}\n',
    )
  })

  it('says what JSON.stringify says, whatever the texts hold', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('"', '\\', '\n', '\u0000', '\u2028', '\ud800', '\udc00', 'é', '😀'), fc.string()),
    })
    const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
    const ms = fc.integer({ min: -1e6, max: 1e13 }).map((us) => us / 1_000)
    const epoch = fc.integer({ min: -1e6, max: 4e15 }).map((us) => us / 1_000)
    const records: fc.Arbitrary<AttemptRecord> = fc
      .record({
        t: epoch,
        call: text,
        parent: maybe(text),
        service: fc.string({ minLength: 1 }),
        instance: maybe(text),
        dependency: text,
        operation: text,
        layer: text,
        attempt: fc.nat(),
        waited: ms,
        ms,
        certainty: maybe(fc.constantFrom('applied', 'not-applied', 'unknown')),
        timeout: maybe(ms),
        queued: maybe(ms),
        source: maybe(fc.constantFrom('live', 'cache', 'fallback')),
        key: maybe(text),
        replayed: maybe(fc.boolean()),
        trace: maybe(text),
      })
      .map(record)
    fc.assert(
      fc.property(records, (given) => {
        const line = encode(lines, given)
        expect(line.endsWith('}\n')).toBe(true)
        expect(line.indexOf('\n')).toBe(line.length - 1)
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(given)))
        // Half a surrogate pair would be replaced on its way into the file.
        expect(Buffer.from(line, 'utf8').toString('utf8')).toBe(line)
      }),
    )
  })

  it('says so too of records that have much in common', () => {
    const one = <const T>(...values: T[]) => fc.constantFrom(...values)
    const records: fc.Arbitrary<AttemptRecord> = fc
      .record({
        t: one(0, 12.5, 1_732_300_000_000, 1_732_300_000_000.125, 1_732_299_999_999.001),
        layer: one('inventory-client', 'sdk'),
        attempt: one(1, 2, 12),
        cause: one('original', 'retry'),
        waited: one(0, 0.5, 7, 1_000, 123_456.789),
        ms: one(0, 0.001, 0.01, 0.1, 9.999, 10, 99, 100, 999.9, 1_000, 1_073_741_823.999, 1_073_741_824),
        outcome: one('ok', 'timeout'),
        certainty: one(undefined, 'applied', 'unknown'),
        stop: one(undefined, 'ok', 'budget'),
        timeout: one(undefined, 0, 250, 60_000, 249.75, 2 ** 31),
        queued: one(undefined, 0, 3, 0.125),
        source: one(undefined, 'live'),
        replayed: one(undefined, true, false),
      })
      .map(record)
    fc.assert(
      fc.property(fc.array(records, { maxLength: 100, size: 'max' }), (all) => {
        const fresh = new RecordLines()
        for (const given of all) expect(JSON.parse(encode(fresh, given))).toEqual(JSON.parse(JSON.stringify(given)))
      }),
    )
  })

  test.each<Partial<AttemptRecord>>([
    { side: 'server' },
    { effect: 'read' },
    { layer: 'sdk' },
    { service: 'billing' },
    { instance: 'order-7' },
    { attempt: 2 },
    { cause: 'retry' },
    { waited: 3.5 },
    { ms: 99 },
    { outcome: 'timeout' },
    { certainty: 'unknown' },
    { stop: 'budget' },
    { timeout: 250 },
    { timeout: 249.75 },
    { queued: 1 },
    { source: 'cache' },
  ])('keeps apart what differs by %j', (fields) => {
    const given = [record(), record(fields), record(), record(fields)]
    const fresh = new RecordLines()
    expect(given.map((one) => JSON.parse(encode(fresh, one)) as AttemptRecord)).toEqual(given)
  })

  test.each([
    ['of many parts', record({ t: 1_732_300_000_000.125, timeout: 249.5, key: 'k', trace: 't', replayed: true })],
    ['with what must be escaped', record({ key: '"é"', parent: 'p\n' })],
    ['out of the ordinary', record({ t: -1, key: 'é' })],
  ])('a line %s that does not fit shows by its end, wherever the buffer ends', (_, given) => {
    const whole = encode(lines, given)
    for (let room = 0; room < Buffer.byteLength(whole); room++)
      expect(lines.encode(given, Buffer.alloc(1 + room), 1)).toBeGreaterThan(1 + room)
    const exact = Buffer.alloc(1 + Buffer.byteLength(whole))
    expect(exact.toString('utf8', 1, lines.encode(given, exact, 1))).toBe(whole)
  })

  test.each([1, 2 ** 31])('rounds times to microseconds (× %d)', (times) => {
    const long = times * 249.750_000_1
    const { t, waited, ms, timeout, queued } = JSON.parse(
      encode(lines, record({ t: long, waited: long, ms: long, timeout: long, queued: long })),
    ) as AttemptRecord
    const short = Math.round(long * 1_000) / 1_000
    expect([t, waited, ms, timeout, queued]).toEqual([short, short, short, short, short])
  })

  it('leaves out numbers that JSON has no word for', () => {
    expect(encode(lines, record({ timeout: Number.POSITIVE_INFINITY, queued: Number.NaN }))).toBe(
      encode(lines, record({})),
    )
  })

  it('names the writer where the record does not', () => {
    const named = new RecordLines({ service: 'order', instance: 'order-1' })
    const names = (given: AttemptRecord) => {
      const { service, instance } = JSON.parse(encode(named, given)) as AttemptRecord
      return [service, instance]
    }
    expect(names(record({ service: '' }))).toEqual(['order', 'order-1'])
    expect(names(record({ service: 'billing', instance: 'billing-7' }))).toEqual(['billing', 'billing-7'])
    expect(JSON.parse(encode(lines, record({ service: '' })))).toMatchObject({ service: '' })
  })

  test.each<[number, string]>([
    [1_732_300_000_000 - 2 ** -12, '1732300000000'],
    [1_732_300_000_000.5, '1732300000000.5'],
    [999_999.9996, '1000000'],
    [0, '0'],
  ])('the moment %d is written %s', (t, written) => {
    expect(encode(lines, record({ t }))).toContain(`,"t":${written},`)
  })

  it('tells operations apart that share a name', () => {
    const others = [
      record(),
      record({ dependency: 'billing' }),
      record({ layer: 'sdk' }),
      record({ effect: 'read' }),
      record({ side: 'server' }),
    ]
    for (const given of [...others, ...others]) expect(JSON.parse(encode(lines, given))).toEqual(given)
  })

  it('says the same when it has kept as much as it keeps', () => {
    const full = new RecordLines()
    for (let id = 0; id < 300; id++) {
      const given = record({ attempt: id, timeout: id, queued: 2 * id, source: 'live', layer: `layer-${id}` })
      expect(JSON.parse(encode(full, given))).toEqual(given)
    }
  })

  it('keeps a bounded number of operations', () => {
    const unbounded = new RecordLines()
    for (let id = 0; id < 25_000; id++) encode(unbounded, record({ operation: `op-${id}` }))
    expect(JSON.parse(encode(unbounded, record({ operation: 'op-"1"' })))).toMatchObject({ operation: 'op-"1"' })
  })
})
