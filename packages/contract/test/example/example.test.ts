import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { check } from '../../src/check/index.js'
import { loadDocuments } from '../../src/document/load.js'
import { parseDocument } from '../../src/document/parse.js'

const cwd = import.meta.dirname
const FILES = ['order-api', 'inventory', 'warehouse'].map((name) => `${name}.truce.yaml`)

/** The example with one number of one document changed, and its texts by file. */
function changed(file: string, from: string, to: string) {
  const texts = new Map(FILES.map((name) => [name, readFileSync(path.join(cwd, name), 'utf8')]))
  const before = texts.get(file) ?? ''
  if (!before.includes(from)) throw new Error(`no ${from} in ${file}`)
  texts.set(file, before.replace(from, to))
  const contracts = [...texts].flatMap(([name, text]) => parseDocument(text, name).contract ?? [])
  return { result: check(contracts), texts }
}

describe('the document of the specification, with those of its dependencies', () => {
  it('passes, without a warning, and strict too', async () => {
    const { contracts, problems } = await loadDocuments(['.'], { cwd })
    expect(problems).toEqual([])
    expect(check(contracts, { strict: true })).toMatchObject({ ok: true, findings: [] })
  })

  it('passes by itself', async () => {
    const { contracts } = await loadDocuments(['order-api.truce.yaml'], { cwd })
    expect(check(contracts, { strict: true })).toMatchObject({ ok: true, findings: [] })
  })

  it('says what a user action costs, and how long keys are repeated', async () => {
    const { contracts } = await loadDocuments(FILES, { cwd })
    const { amplification, windows } = check(contracts)
    expect(amplification).toEqual([
      {
        from: 'order-api.place-order',
        to: 'inventory.reserve',
        path: ['order-api.place-order', 'inventory.reserve'],
        worst: 6,
        outage: 6,
        limited: 6,
        paths: 1,
      },
      {
        from: 'order-api',
        to: 'inventory.availability',
        path: ['order-api', 'inventory.availability'],
        worst: 3,
        outage: 3,
        limited: 3,
        paths: 1,
      },
      {
        from: 'order-api',
        to: 'warehouse.fulfil',
        path: ['order-api', 'warehouse.fulfil'],
        worst: 8,
        outage: 8,
        limited: 0,
        paths: 1,
      },
    ])
    expect(windows).toEqual([
      { chain: ['order-api.place-order', 'inventory.reserve'], window: 86_400_000, ttl: 90_000_000 },
      { chain: ['order-api', 'warehouse.fulfil'], window: 259_200_000, ttl: 345_600_000 },
    ])
  })

  it.each([
    [
      'order-api',
      ' attempts: 3\n',
      ' attempts: 9\n',
      { amplification: 'attempts', 'attempts-exceed-deadline': 'deadline', 'too-many-attempts': 'attempts' },
    ],
    [
      'order-api',
      'inventory.reserve: 2',
      'inventory.reserve: 3',
      { amplification: 'attempts', 'deadline-exceeds-caller': 'deadline', 'no-headroom': 'budget' },
    ],
    ['order-api', 'window: 24h', 'window: 48h', { 'ttl-below-window': 'idempotency' }],
    ['order-api', 'deadline: 6h', 'deadline: 80h', { 'window-below-retries': 'idempotency' }],
    [
      'order-api',
      'attemptTimeout: 400ms',
      'attemptTimeout: 200ms',
      { 'caller-gives-up-first': 'attemptTimeout', 'timeout-below-latency': 'attemptTimeout' },
    ],
    ['order-api', 'agreed: 3', 'agreed: 2', { 'agreed-outdated': 'agreed' }],
    ['order-api', 'deadline: 3s', 'deadline: 4s', { 'deadline-above-slo': 'deadline' }],
    ['order-api', 'ratio: 0.2', 'ratio: 0.3', { 'no-headroom': 'budget', 'retries-above-share': 'budget' }],
    ['inventory', 'ttl: 25h', 'ttl: 24h', { 'ttl-below-window': 'idempotency' }],
  ])('in %s with %j changed to %j gives %j', (service, from, to, expected) => {
    const { result, texts } = changed(`${service}.truce.yaml`, from, to)
    const members = result.findings.map(({ rule, file, line }) => {
      const member = texts.get(file)?.split('\n')[line - 1]?.trim().split(':')[0]
      return [rule, member]
    })
    expect(Object.fromEntries(members)).toEqual(expected)
  })
})
