import { describe, expect, it } from 'vitest'
import { contractsOf } from '../../test/given.js'
import { buildGraph } from './build.js'

/** `a.x` calls `b.y`: documents of services by what each of their operations calls. */
function documents(services: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>): string[] {
  return Object.entries(services).map(([service, operations]) => {
    const targets = [...new Set(Object.values(operations).flat())]
    const serves = Object.fromEntries(
      Object.entries(operations).map(([name, calls]) => [
        name,
        { effect: 'read', calls: Object.fromEntries(calls.map((call) => [call, 1])) },
      ]),
    )
    const depends: Record<string, { operations: Record<string, object> }> = {}
    for (const target of targets) {
      const [name = '', operation = ''] = target.split('.')
      const depended = (depends[name] ??= { operations: {} })
      depended.operations[operation] = { effect: 'read' }
    }
    return JSON.stringify({ truce: 1, service, serves, depends })
  })
}

const graphOf = (...given: string[]) => buildGraph(contractsOf(...given))
const starts = (...given: string[]) => graphOf(...given).starts.map(({ name }) => name)

describe('user actions', () => {
  it('are the served operations that no document calls', () => {
    expect(starts(...documents({ a: { x: ['b.y'] }, b: { y: ['c.z'], free: ['c.z'] }, c: { z: [] } }))).toEqual([
      'a.x',
      'b.free',
    ])
  })

  it('are not what a document depends on that names no call', () => {
    const silent = '{ truce: 1, service: a, depends: { b: { operations: { y: { effect: read } } } } }'
    const [b = '', c = ''] = documents({ b: { y: ['c.z'] }, c: { z: [] } })
    expect(starts(silent, b, c)).toEqual(['a'])
  })
})

describe('an operation that has another name where it is served', () => {
  const caller = `{ truce: 1, service: a, serves: { x: { effect: read, calls: { b.y: 1 } } }, depends: { b: { operations: {
    y: { effect: read }, y-later: { servedAs: y, effect: read, use: background } } } } }`
  const [, callee = ''] = documents({ a: {}, b: { y: [], other: [] } })

  it('reaches it by both names', () => {
    const { called, edges } = graphOf(caller, callee)
    expect(called.map(({ name, to }) => [name, to?.name])).toEqual([
      ['b.y', 'b.y'],
      ['b.y-later', 'b.y'],
    ])
    expect(edges.map(({ name, from, to }) => [name, from?.name, to?.name])).toEqual([
      ['b.y', 'a.x', 'b.y'],
      ['b.y-later', undefined, 'b.y'],
    ])
  })

  it('is no user action, also where only the other name is called', () => {
    const renamed = caller.replace('calls: { b.y: 1 }', 'calls: { b.y-later: 1 }')
    expect(starts(renamed, callee)).toEqual(['a.x', 'a'])
    expect(starts(caller.replace('calls: { b.y: 1 }', ''), callee)).toEqual(['a', 'a'])
  })
})

describe('paths of their own', () => {
  it('begin at the service, for operations that no calls names', () => {
    const mixed =
      '{ truce: 1, service: a, serves: { x: { effect: read, calls: { b.y: 1 } } },' +
      ' depends: { b: { operations: { y: { effect: read }, other: { effect: read } } } } }'
    expect(graphOf(mixed).starts.map(({ name, edges }) => [name, edges.map((edge) => edge.name)])).toEqual([
      ['a.x', ['b.y']],
      ['a', ['b.other']],
    ])
  })

  it('are not limited where they go to the background', () => {
    const background =
      '{ truce: 1, service: a, depends: { b: { operations: { y: { effect: read }, z: { effect: read, use: background } } },' +
      ' q: { broker: rabbitmq, operations: { m: { effect: read } } } } }'
    expect(graphOf(background).starts.map(({ limited, edges }) => [limited, edges.map(({ name }) => name)])).toEqual([
      [true, ['b.y']],
      [false, ['b.z', 'q.m']],
    ])
  })
})

describe('what is missing', () => {
  it('of a service whose document is not given is not known', () => {
    const { called } = graphOf(...documents({ a: { x: ['b.y'] } }))
    expect(called.map(({ to, callee }) => [to, callee])).toEqual([[undefined, undefined]])
  })

  it('of a given document is told apart', () => {
    const { called } = graphOf(...documents({ a: { x: ['b.typo'] }, b: { y: [] } }))
    expect(called.map(({ to, callee }) => [to, callee?.service])).toEqual([[undefined, 'b']])
  })

  it('among what its own document depends on is an undeclared call', () => {
    const { undeclared } = graphOf('{ truce: 1, service: a, serves: { x: { effect: read, calls: { b.y: 1 } } } }')
    expect(undeclared.map(({ node, call }) => [node.name, call.target])).toEqual([['a.x', 'b.y']])
  })
})

describe('cycles', () => {
  const closing = (...given: string[]) =>
    graphOf(...given)
      .edges.filter(({ closes }) => closes)
      .map(({ from, name }) => `${from?.name} → ${name}`)

  it('are closed by the call that leads back, seen from the user action', () => {
    expect(closing(...documents({ b: { y: ['c.z'] }, c: { z: ['b.y'] }, a: { x: ['c.z'] } }))).toEqual(['b.y → c.z'])
  })

  it('are found without a user action, and of one operation', () => {
    expect(closing(...documents({ a: { x: ['a.x'] } }))).toEqual(['a.x → a.x'])
  })

  it('are not two ways to one operation', () => {
    expect(closing(...documents({ a: { x: ['b.y', 'c.z'] }, b: { y: ['c.z'] }, c: { z: [] } }))).toEqual([])
  })

  it('of ten thousand operations overflow no stack', () => {
    const [small] = contractsOf(...documents({ a: { x: ['a.x'] } }))
    const [served] = small?.serves.values() ?? []
    const [depended] = small?.depends.values() ?? []
    const [operation] = depended?.operations.values() ?? []
    if (!small || !served || !depended || !operation) throw new Error('no document')
    const names = Array.from({ length: 10_000 }, (_, n) => `o${n}`)
    const call = (n: number) => {
      const name = `o${(n + 1) % names.length}`
      return { target: `a.${name}`, dependency: 'a', operation: name, times: 1, concurrent: false }
    }
    const contract = {
      ...small,
      serves: new Map(names.map((name, n) => [name, { ...served, name, calls: [call(n)] }])),
      depends: new Map([
        [
          'a',
          { ...depended, operations: new Map(names.map((name) => [name, { ...operation, name, servedAs: name }])) },
        ],
      ]),
    }
    const last = buildGraph([contract]).edges.filter(({ closes }) => closes)
    expect(last.map(({ from, name }) => `${from?.name} → ${name}`)).toEqual(['a.o9999 → a.o0'])
  })
})

describe('several documents of one service', () => {
  it('leave the newest in the graph, the others to be compared with', () => {
    const version = (n: number) => `{ truce: 1, service: a, version: ${n} }`
    const { contracts, older } = graphOf(version(3), version(5), version(4))
    expect(contracts.map((contract) => contract.version)).toEqual([5])
    expect(older.map((contract) => contract.version)).toEqual([3, 4])
  })
})
