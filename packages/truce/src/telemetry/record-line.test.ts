import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { AttemptRecord } from './record.js'
import { attemptRecord as record } from '../testing/attempt-record.js'
import { RecordLines } from './record-line.js'

const lines = new RecordLines()

describe('record line', () => {
  test('a record as it stands in the log', () => {
    const line = lines.encode(record({ t: 1_732_300_000_000.125, parent: 'p#2', stop: 'budget', outcome: 'timeout' }))
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
        const line = lines.encode(given)
        expect(line.endsWith('}\n')).toBe(true)
        expect(line.indexOf('\n')).toBe(line.length - 1)
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(given)))
        // Half a surrogate pair would be replaced on its way into the file.
        expect(Buffer.from(line, 'utf8').toString('utf8')).toBe(line)
      }),
    )
  })

  it('leaves out numbers that JSON has no word for', () => {
    expect(lines.encode(record({ timeout: Number.POSITIVE_INFINITY, queued: Number.NaN }))).toBe(
      lines.encode(record({})),
    )
  })

  it('names the writer where the record does not', () => {
    const named = new RecordLines({ service: 'order', instance: 'order-1' })
    const names = (given: AttemptRecord) => {
      const { service, instance } = JSON.parse(named.encode(given)) as AttemptRecord
      return [service, instance]
    }
    expect(names(record({ service: '' }))).toEqual(['order', 'order-1'])
    expect(names(record({ service: 'billing', instance: 'billing-7' }))).toEqual(['billing', 'billing-7'])
    expect(JSON.parse(lines.encode(record({ service: '' })))).toMatchObject({ service: '' })
  })

  test.each<[number, string]>([
    [1_732_300_000_000 - 2 ** -12, '1732300000000'],
    [1_732_300_000_000.5, '1732300000000.5'],
    [999_999.9996, '1000000'],
    [0, '0'],
  ])('the moment %d is written %s', (t, written) => {
    expect(lines.encode(record({ t }))).toContain(`,"t":${written},`)
  })

  it('tells operations apart that share a name', () => {
    const others = [
      record(),
      record({ dependency: 'billing' }),
      record({ layer: 'sdk' }),
      record({ effect: 'read' }),
      record({ side: 'server' }),
    ]
    for (const given of [...others, ...others]) expect(JSON.parse(lines.encode(given))).toEqual(given)
  })

  it('keeps a bounded number of operations', () => {
    const unbounded = new RecordLines()
    for (let id = 0; id < 25_000; id++) unbounded.encode(record({ operation: `op-${id}` }))
    expect(JSON.parse(unbounded.encode(record({ operation: 'op-"1"' })))).toMatchObject({ operation: 'op-"1"' })
  })
})
