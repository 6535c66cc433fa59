import { describe, expect, it } from 'vitest'
import { checked, found } from '../../test/given.js'
import { ENDLESS } from '../graph/times.js'

const service = (attempts: number, more = '') => `
truce: 1
service: order-api
serves: { place-order: { effect: read, calls: { inventory.reserve: 2 } } }
depends:
  inventory: { operations: { reserve: { effect: read, exhausted: fail, attemptTimeout: 1s, attempts: ${attempts} } } }
  ${more}
`
const run = (document: string, baseline?: ReturnType<typeof checked>) => checked([document], { baseline })

describe('a baseline', () => {
  const before = run(service(3))

  it('is an earlier result, read from its JSON as well', () => {
    expect(found(before)).toEqual(['amplification order-api: place-order'])
    const read = JSON.parse(JSON.stringify(before)) as typeof before
    expect(run(service(3), read)).toMatchObject({ ok: true, findings: [], accepted: before.findings })
  })

  it('says how much of it is there no more', () => {
    expect(run(service(3), before).gone).toBe(0)
    expect(run(service(1), before)).toMatchObject({ ok: true, accepted: [], gone: 1 })
  })

  it('accepts what is there wherever it moves to', () => {
    expect(run(`# one line more\n${service(3)}`, before).ok).toBe(true)
  })

  it('accepts what became better', () => {
    const worst = run(service(5))
    expect(run(service(3), worst)).toMatchObject({ ok: true, findings: [] })
  })

  it('accepts no larger number', () => {
    const { ok, findings } = run(service(4), before)
    expect([ok, findings.map(({ rule, amount }) => [rule, amount])]).toEqual([false, [['amplification', 8]]])
  })

  it('accepts what nothing bounds, as it was printed', () => {
    const endless = service(
      3,
      'q: { budget: none, operations: { x: { use: background, effect: read, deadline: none } } }',
    )
    const read = JSON.parse(JSON.stringify(run(endless))) as typeof before
    expect(read.findings.find(({ rule }) => rule === 'no-budget')?.amount).toBe(ENDLESS)
    expect(run(endless, read)).toMatchObject({ ok: true, findings: [] })
  })

  it('accepts what any of two entries of one finding accepts', () => {
    const [worse, better] = [run(service(4)), before]
    const both = [...worse.findings, ...better.findings]
    expect(checked([service(4)], { baseline: { findings: both } }).ok).toBe(true)
    expect(checked([service(5)], { baseline: { findings: both } }).ok).toBe(false)
  })

  it('accepts no other place, and no other rule', () => {
    const more = run(
      service(3, 'stock: { budget: none, operations: { read: { effect: read, exhausted: fail } } }'),
      before,
    )
    expect(found(more)).toEqual(['no-budget order-api: stock.read'])
  })

  it('accepts no error where there was a warning', () => {
    const earlier = { findings: before.findings.map((each) => ({ ...each, severity: 'warning' as const })) }
    expect(checked([service(3)], { baseline: earlier }).ok).toBe(false)
  })

  it('accepts a warning with strict too', () => {
    const document = '{ truce: 1, service: a, depends: { b: { operations: { x: { effect: read } } } } }'
    const warned = checked([document])
    expect(found(warned)).toEqual(['exhausted-undefined a: b.x'])
    expect(checked([document], { strict: true }).ok).toBe(false)
    expect(checked([document], { strict: true, baseline: warned })).toMatchObject({
      ok: true,
      accepted: warned.findings,
    })
  })
})
