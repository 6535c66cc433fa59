import { describe, expect, it } from 'vitest'
import { checked } from '../../test/given.js'

/** An operation under `depends`, in a service that serves `x` and calls it. */
const hop = (service: string, target: string, fields: string, dependency = '', times = '1') => {
  const [name, operation] = target.split('.')
  return `
truce: 1
service: ${service}
serves: { x: { effect: read, calls: { ${target}: ${times} } } }
depends: { ${name}: { ${dependency} operations: { ${operation}: { effect: read, exhausted: fail, ${fields} } } } }
`
}

const costs = (...documents: string[]) =>
  checked(documents).amplification.map(({ path, worst, outage }) => `${path.join(' → ')}: ${worst}, ${outage}`)

const bottom = hop('b', 'db.q', 'attempts: 3, deadline: 1s')

describe('one layer', () => {
  it('makes its attempts, for each call', () => {
    expect(costs(hop('b', 'db.q', 'attempts: 3', '', '2'))).toEqual(['b.x → db.q: 6, 6'])
  })

  it('makes one where another owns', () => {
    expect(costs(hop('b', 'db.q', 'attempts: 3, owner: a'))).toEqual(['b.x → db.q: 1, 1'])
  })

  it('that owns conflicts alone repeats nothing while its dependency is down', () => {
    const owner = 'owner: { transient: a, business: b }'
    expect(costs(hop('b', 'db.q', `attempts: 3, ${owner}`))).toEqual(['b.x → db.q: 3, 1'])
  })

  it('multiplies what foreign layers below it make', () => {
    const layers = 'layers: [{ name: istio, attempts: 3 }, { name: sdk, attempts: 2 }],'
    expect(costs(hop('b', 'db.q', 'attempts: 3', layers))).toEqual(['b.x → db.q: 18, 18'])
  })
})

describe('a layer above', () => {
  it.each([
    ['whose attempt ends before the deadline below multiplies', 'attempts: 4, attemptTimeout: 999ms', '', 12],
    ['whose attempt waits for the deadline below hears it', 'attempts: 4, attemptTimeout: 1s', '', 3],
    ['without an attempt timeout hears it', 'attempts: 4, attemptTimeout: none', '', 3],
    ['hears it with the timeout of its preset', 'attempts: 4', '', 3],
    ['hears a peer', 'attempts: 4, attemptTimeout: 1ms', 'peer: true,', 3],
    ['hears nothing through a foreign one', 'attempts: 4', 'peer: true, layers: [{ name: istio, attempts: 2 }],', 24],
    ['hears nothing through one that makes a single attempt', 'attempts: 4', 'layers: [{ name: s, attempts: 1 }],', 12],
  ])('%s', (_, fields, dependency, outage) => {
    expect(checked([hop('a', 'b.x', fields, dependency), bottom]).amplification.at(-1)).toMatchObject({
      from: 'a.x',
      to: 'db.q',
      path: ['a.x', 'b.x', 'db.q'],
      outage,
    })
  })

  it('does not hear one that does not own', () => {
    const below = hop('b', 'db.q', 'attempts: 3, deadline: 1s, owner: a')
    expect(costs(hop('a', 'b.x', 'attempts: 4', 'peer: true,'), below)).toEqual([
      'a.x → b.x: 4, 4',
      'a.x → b.x → db.q: 4, 4',
    ])
  })
})

describe('a queue', () => {
  const consumer = hop('b', 'c.x', 'use: background, attempts: 8', 'broker: rabbitmq,')
  const work = hop('c', 'db.q', 'attempts: 3, deadline: 1s')

  it('comes back later: it multiplies what is below, and what is above the publish adds nothing', () => {
    expect(costs(hop('a', 'b.x', 'attempts: 4, attemptTimeout: 1ms', '', '2'), consumer, work)).toEqual([
      'a.x → b.x: 8, 8',
      'a.x → b.x → c.x: 64, 16',
      'a.x → b.x → c.x → db.q: 192, 48',
    ])
  })

  it('adds nothing above another publish', () => {
    const again = hop('c', 'd.x', 'use: background, attempts: 5', 'broker: rabbitmq,')
    expect(costs(consumer, again, hop('d', 'db.q', 'attempts: 3'))).toEqual([
      'b.x → c.x: 8, 8',
      'b.x → c.x → d.x: 40, 5',
      'b.x → c.x → d.x → db.q: 120, 15',
    ])
  })
})

describe('background without attempts', () => {
  const endless = hop('a', 'b.x', 'use: background')

  it('counts as the attempts that fit its deadline, and is not limited', () => {
    const { ok, amplification, findings } = checked([endless])
    expect(amplification).toMatchObject([{ worst: 124, outage: 124 }])
    expect([ok, findings]).toEqual([true, []])
  })

  it('with attempts is limited where a user action names it', () => {
    const { findings } = checked([hop('a', 'b.x', 'use: background, attempts: 5')])
    expect(findings.map(({ rule, operation, about }) => [rule, operation, about])).toEqual([
      ['amplification', 'x', 'b.x'],
    ])
  })

  it('leaves the limit to what it does not multiply', () => {
    const deep = hop('b', 'db.q', 'attempts: 5, deadline: 20s, attemptTimeout: 4s')
    const heard = hop('a', 'b.x', 'use: background', 'peer: true,')
    expect(checked([heard, deep]).findings.map(({ rule, about }) => [rule, about])).toContainEqual([
      'amplification',
      'db.q',
    ])
    expect(checked([endless, deep]).findings.map(({ rule }) => rule)).not.toContain('amplification')
  })
})

describe('paths', () => {
  it('of one action to one operation count together against the limit', () => {
    const front = `
truce: 1
service: a
limits: { amplification: 5 }
serves: { x: { effect: read, calls: { b.x: 1, c.x: 1 } } }
depends:
  b: { operations: { x: { effect: read, attempts: 1 } } }
  c: { operations: { x: { effect: read, attempts: 1 } } }
`
    const others = [hop('b', 'db.q', 'attempts: 3'), hop('c', 'db.q', 'attempts: 3')]
    const { findings } = checked([front, ...others])
    expect(findings).toMatchObject([{ rule: 'amplification', about: 'db.q', amount: 6, operation: 'x', service: 'a' }])
    expect(checked([front.replace('5', '6'), ...others]).findings).toEqual([])
  })

  it('end where they would go round', () => {
    expect(
      costs(hop('a', 'b.x', 'attempts: 1'), hop('b', 'c.x', 'attempts: 1'), hop('c', 'b.x', 'attempts: 2')),
    ).toEqual(['a.x → b.x: 1, 1', 'a.x → b.x → c.x: 1, 1', 'a.x → b.x → c.x → b.x: 2, 2'])
  })

  it('through a dependency that the document does not name have what retry() makes', () => {
    expect(costs('{ truce: 1, service: a, serves: { x: { effect: read, calls: { b.x: 1 } } } }')).toEqual([
      'a.x → b.x: 3, 3',
    ])
  })
})
