import { describe, expect, it } from 'vitest'
import { checked, found } from '../../../test/given.js'

/** One operation that `order-api` depends on. */
const one = (fields: string, dependency = '') => `
truce: 1
service: order-api
depends: { inventory: { ${dependency} operations: { reserve: { ${fields} } } } }
`
/** What its dependency promises. */
const inventory = (fields: string) => `{ truce: 1, service: inventory, serves: { reserve: { ${fields} } } }`
const key = "idempotency: { key: 'o_{order}', window: 24h }"
const rules = (...documents: string[]) => [...new Set(checked(documents).findings.map(({ rule }) => rule))]

describe('unsafe-retry', () => {
  it('counts foreign layers', () => {
    const istio = 'layers: [{ name: istio, attempts: 3 }],'
    expect(rules(one('effect: write, attempts: 1', istio))).toEqual(['unsafe-retry'])
    expect(rules(one('effect: write, attempts: 1'))).toEqual([])
  })

  it.each(['effect: read', 'effect: write, idempotency: natural', `effect: write, ${key}`, 'effect: write, owner: b'])(
    'is not broken by %s',
    (fields) => {
      expect(rules(one(`${fields}, exhausted: fail`))).toEqual([])
    },
  )

  it('is a warning where a duplicate is tolerable', () => {
    const { ok, findings } = checked([one('effect: write, risk: low, exhausted: fail')])
    expect([ok, findings.map(({ rule, severity }) => [rule, severity])]).toEqual([true, [['unsafe-retry', 'warning']]])
  })
})

describe('fallback-on-write', () => {
  it.each([
    ['exhausted: { cached: { maxAge: 1s, key: [a] } }', ['fallback-on-write']],
    ['fallback: f', ['fallback-on-write']],
    ['exhausted: pending', []],
  ])('of %s: %j', (fields, expected) => {
    expect(rules(one(`effect: write, attempts: 1, ${fields}`))).toEqual(expected)
    expect(rules(one(`effect: read, attempts: 1, ${fields}`))).toEqual([])
  })

  it('is a warning where a duplicate is tolerable', () => {
    expect(checked([one('effect: write, attempts: 1, risk: low, fallback: f')]).ok).toBe(true)
  })
})

describe('window-below-retries', () => {
  const window = (ms: number) => `idempotency: { key: 'o_{order}', window: ${ms} }`

  it('compares with attempts and longest waits where these are less than the deadline', () => {
    // 3 × 1 s, and waits of 100 and 200 ms.
    const fields = 'effect: write, attemptTimeout: 1s, exhausted: fail,'
    expect(rules(one(`${fields} ${window(3_299)}`))).toEqual(['window-below-retries'])
    expect(rules(one(`${fields} ${window(3_300)}`))).toEqual([])
  })

  it('compares with the deadline of a queue, and of whatever has no count', () => {
    const queue = 'broker: rabbitmq,'
    const fields = 'effect: write, attempts: 2, deadline: 10m, exhausted: dead-letter,'
    expect(rules(one(`${fields} ${window(599_999)}`, queue))).toEqual(['window-below-retries'])
    expect(rules(one(`${fields} ${window(600_000)}`, queue))).toEqual([])
    expect(rules(one(`effect: write, use: background, ${window(3_599_999)}`))).toEqual(['window-below-retries'])
  })
})

describe('key-not-forwarded', () => {
  const middle = (calls: string, served = 'idempotency: { key: required, ttl: 72h },') => `
truce: 1
service: order-api
serves: { place: { effect: write, ${served} ${calls} } }
depends: { inventory: { operations: { reserve: { effect: write, attempts: 1 } } } }
`
  it('asks for a key where one came in', () => {
    expect(rules(middle('calls: { inventory.reserve: 1 }'))).toEqual(['key-not-forwarded'])
    expect(rules(middle('calls: { inventory.reserve: 1 }', ''))).toEqual([])
  })

  it('asks for it where a service does not say which operation calls which', () => {
    expect(found(checked([middle('')]))).toEqual(['key-not-forwarded order-api: inventory.reserve'])
  })
})

describe('deadline-exceeds-caller', () => {
  const caller = (deadline: string, ...calls: string[]) => `
truce: 1
service: order-api
limits: { amplification: 100 }
serves: { place: { effect: read, deadline: ${deadline}, calls: { ${calls.join(', ')} } } }
depends:
  a: { operations: { x: { effect: read, attempts: 2, attemptTimeout: 1s, deadline: 3s, exhausted: fail } } }
  b: { operations: { x: { effect: read, attempts: 1, attemptTimeout: 1s, deadline: 1s } } }
  q: { broker: nats, operations: { x: { effect: read, use: background } } }
`
  // a.x takes 2 × 1 s and a wait of 100 ms.
  it.each([
    ['2100ms', ['a.x: 1']],
    ['4200ms', ['a.x: 2']],
    ['5200ms', ['a.x: 2', 'b.x: 1']],
    ['2100ms', ['a.x: { times: 2, concurrent: true }']],
    ['2100ms', ['a.x: { concurrent: true }', 'b.x: { concurrent: true }']],
    ['3100ms', ['a.x: { times: 5, concurrent: true }', 'b.x: 1']],
    ['2100ms', ['a.x: 1', 'q.x: 5']],
  ])('needs %s for %j, and no less', (deadline, calls) => {
    const less = `${Number.parseInt(deadline, 10) - 1}ms`
    expect(rules(caller(deadline, ...calls))).not.toContain('deadline-exceeds-caller')
    expect(rules(caller(less, ...calls))).toContain('deadline-exceeds-caller')
  })
})

describe('attempts-exceed-deadline', () => {
  it('says how many fit', () => {
    const [finding] = checked([
      one('effect: read, attempts: 4, attemptTimeout: 1s, deadline: 2s, exhausted: fail'),
    ]).findings
    expect(finding?.message).toBe(
      'inventory.reserve promises 4 attempts of up to 1s, which take 4s, in a deadline of 2s: 2 fit.',
    )
  })

  it('counts the least waits', () => {
    const waits = (jitter: string) =>
      rules(
        one(
          `effect: read, attempts: 2, attemptTimeout: 1s, deadline: 2049ms, exhausted: fail, backoff: { initial: 100ms, jitter: ${jitter} }`,
        ),
      )
    expect(waits('full')).toEqual([])
    expect(waits('equal')).toEqual(['attempts-exceed-deadline'])
  })

  it('passes over what is bounded by its deadline, and what has no timeout', () => {
    expect(rules(one('effect: read, use: background'))).toEqual([])
    expect(rules(one('effect: read, attemptTimeout: none, exhausted: fail'))).toEqual([])
  })
})

describe('too-many-attempts', () => {
  const limits = (fields: string, dependency = '') =>
    rules(
      one(`effect: read, exhausted: dead-letter, attemptTimeout: 10ms, ${fields}`, dependency).replace(
        'depends',
        'limits: { amplification: 99 }\ndepends',
      ),
    )

  it.each([
    ['use: interactive, attempts: 5', '', []],
    ['use: interactive, attempts: 6', '', ['too-many-attempts']],
    ['use: baseline, attempts: 6', '', ['too-many-attempts']],
    ['use: background, attempts: 25', '', []],
    ['use: background, attempts: 26', '', ['too-many-attempts']],
    ['attempts: 25', 'broker: nats,', []],
    ['use: background', '', []],
  ])('of %s %s: %j', (fields, dependency, expected) => {
    expect(limits(fields, dependency)).toEqual(expected)
  })
})

describe('what counts only where there are retries', () => {
  it.each(['backoff: none', 'backoff: { jitter: none }'])('is %s', (fields) => {
    expect(rules(one(`effect: read, attempts: 1, ${fields}`))).toEqual([])
    expect(rules(one(`effect: read, owner: another, ${fields}`))).toEqual([])
  })

  it('is a budget', () => {
    expect(rules(one('effect: read, attempts: 1', 'budget: none,'))).toEqual([])
  })

  it('is not a breaker', () => {
    expect(rules(one('effect: read, attempts: 1', 'breaker: none,'))).toEqual(['no-breaker'])
  })
})

describe('no-breaker', () => {
  it('finds calls of what the document does not name', () => {
    const undeclared = '{ truce: 1, service: a, serves: { x: { effect: read, calls: { b.y: 1 } } } }'
    expect(checked([undeclared]).findings).toMatchObject([{ rule: 'no-breaker', operation: 'x', about: 'b.y' }])
  })
})

describe('two-owners', () => {
  const istio = 'layers: [{ name: istio, attempts: 3 }],'

  it.each([
    ['attempts: 3', ['two-owners']],
    ['attempts: 1', []],
    ['attempts: 3, owner: istio', []],
    ['attempts: 3, owner: order-api', ['two-owners']],
    ['attempts: 3, owner: { transient: istio, business: order-api }', []],
  ])('with a mesh of 3, of %s: %j', (fields, expected) => {
    const document = one(`effect: read, exhausted: fail, ${fields}`, istio)
    expect(rules(document.replace('depends', 'limits: { amplification: 99 }\ndepends'))).toEqual(expected)
  })

  it('finds two foreign ones without ours', () => {
    const layers = 'layers: [{ name: istio, attempts: 2 }, { name: sdk, attempts: 2 }],'
    expect(rules(one('effect: read, attempts: 1', layers))).toEqual(['two-owners'])
  })
})

describe('too-many-attempts in the background', () => {
  it.each([
    ['background', []],
    ['interactive', ['too-many-attempts']],
  ])('of one that only an operation with urgency: %s calls: %j', (urgency, expected) => {
    const served = `limits: { amplification: 99 }\nserves: { run: { effect: read, urgency: ${urgency}, calls: { inventory.reserve: 1 } } }`
    const document = one('effect: read, exhausted: fail, attempts: 6, attemptTimeout: 1s')
    expect(rules(document.replace('depends', `${served}\ndepends`))).toEqual(expected)
  })
})

describe('two-owners: what is told', () => {
  const layers = 'layers: [{ name: istio, attempts: 2 }, { name: sdk, attempts: 2 }],'
  const fix = (fields: string) =>
    checked([one(`effect: read, exhausted: fail, ${fields}`, layers)]).findings.find(
      ({ rule }) => rule === 'two-owners',
    )?.fix

  it('leaves one layer, whoever that is', () => {
    expect(fix('attempts: 3')).toContain('Switch the retries of istio and sdk off')
    expect(fix('attempts: 1')).toContain('Switch the retries of all but one of istio, sdk off')
  })
})

describe('a key that is told to be written', () => {
  const fix = (times: number, fields = '') => {
    const served = `serves: { place: { effect: read, calls: { inventory.reserve: ${times} } } }`
    const document = one(`effect: write, exhausted: fail, ${fields}`).replace('depends', `${served}\ndepends`)
    return checked([document]).findings.find(({ rule }) => rule === 'unsafe-retry')?.fix
  }

  it('is one for each of several calls: with one for all, the second would get the answer of the first', () => {
    expect(fix(1)).toContain("key: '{incoming}_reserve',")
    expect(fix(2)).toContain("key: '{incoming}_reserve_{item}',")
  })

  it('has a window in which its repeats end', () => {
    expect(fix(1)).toContain('window: 24h')
    expect(fix(1, 'use: background, attempts: 3, deadline: 72h, attemptTimeout: 10h')).toContain('window: 31h')
  })
})

describe('no-headroom', () => {
  const caller = (name: string, dependency = '', fields = 'attempts: 3') => `
truce: 1
service: ${name}
serves: { act: { effect: read, rate: 100/s, calls: { inventory.reserve: 1 } } }
depends: { inventory: { ${dependency} operations: { reserve: { effect: read, exhausted: fail, ${fields} } } } }
`
  const room = (capacity: string, ...callers: string[]) =>
    checked([...callers, inventory(`effect: read, capacity: ${capacity}`)]).findings.map(
      ({ rule, severity, service }) => `${severity} ${rule} ${service}`,
    )

  it('sums what all callers may send: rate × the smaller of attempts and 1 + ratio', () => {
    const ratio = 'budget: { ratio: 0.2 },'
    expect(room('240/s', caller('a', ratio), caller('b', ratio))).toEqual([])
    expect(room('239/s', caller('a', ratio), caller('b', ratio))).toEqual(['warning no-headroom a'])
    expect(room('200/s', caller('a', ratio, 'attempts: 1'), caller('b', ratio, 'attempts: 1'))).toEqual([])
  })

  it('is an error of the caller whom nothing bounds', () => {
    expect(room('449/s', caller('a', 'budget: none,'), caller('b'))).toEqual([
      'error no-budget a',
      'error no-headroom a',
    ])
    expect(room('450/s', caller('a', 'budget: none,'), caller('b'))).toEqual(['error no-budget a'])
    expect(room('149/s', caller('a', 'governor: none,'))).toEqual(['error no-headroom a'])
  })

  it('knows nothing of actions that say no rate', () => {
    expect(room('1/s', caller('a').replace('rate: 100/s, ', ''))).toEqual([])
  })
})

describe('agreed-outdated', () => {
  const caller = one('effect: read, attempts: 1', 'agreed: 3,')
  const version = (n: number) => inventory('effect: read').replace('service', `version: ${n}, service`)
  const compare = () => ['reserve is gone', 'more']

  it('warns where nobody compares, or nothing breaks', () => {
    expect(checked([caller, version(4)]).ok).toBe(true)
    expect(checked([caller, version(4), version(3)], { compare: () => [] }).ok).toBe(true)
    expect(checked([caller, version(4), version(2)], { compare }).ok).toBe(true)
  })

  it('is an error where the agreed document is given too, and the new one breaks it', () => {
    const { findings } = checked([caller, version(4), version(3)], { compare })
    expect(findings).toMatchObject([
      {
        rule: 'agreed-outdated',
        severity: 'error',
        message:
          'order-api agreed to version 3 of inventory, which is at version 4 now, and that breaks: reserve is gone, and 1 more.',
      },
    ])
  })

  it('is content with the newest, and with one that is not given', () => {
    expect(checked([caller, version(3)]).findings).toEqual([])
    expect(checked([caller]).findings).toEqual([])
  })
})

describe('mismatch', () => {
  it.each([
    [`effect: write, attempts: 1`, 'effect: write, idempotency: { key: required, ttl: 1m }', 'key'],
    [
      'effect: write, attempts: 1, idempotency: natural',
      'effect: write, idempotency: { key: required, ttl: 1m }',
      'key',
    ],
    ['effect: write, attempts: 1', 'effect: write, idempotency: { key: optional, ttl: 1m }', undefined],
    ['effect: write, attempts: 1', 'effect: read', 'effect'],
  ])('of %s with %s: %s', (fields, served, about) => {
    const own = checked([one(fields), inventory(served)]).findings.filter(({ rule }) => rule === 'mismatch')
    expect(own.map((each) => each.about)).toEqual(about === undefined ? [] : [about])
  })
})

describe('key-not-honoured', () => {
  it.each([
    ['', ['key-not-honoured']],
    [', idempotency: natural', []],
    [', idempotency: { key: optional }', []],
  ])('of a server with%s: %j', (served, expected) => {
    expect(rules(one(`effect: write, ${key}, exhausted: fail`), inventory(`effect: write${served}`))).toEqual(expected)
  })
})

describe('key-not-honoured by a foreign layer', () => {
  it.each([
    [3, ['key-not-honoured']],
    [1, []],
  ])('that makes %d attempts', (attempts, expected) => {
    const layers = `layers: [{ name: istio, attempts: ${attempts} }],`
    const { findings } = checked([one(`effect: write, attempts: 1, ${key}`, layers), inventory('effect: write')])
    expect(findings.map(({ rule }) => rule)).toEqual(expected)
    for (const each of findings) expect(each.fix).toContain('Switch the retries of istio off, or')
  })
})

describe('unknown-operation', () => {
  it('finds a call that is not among what its own document depends on', () => {
    const document = `
truce: 1
service: order-api
serves: { place: { effect: read, calls: { inventory.reserv: 1 } } }
depends: { inventory: { operations: { reserve: { effect: read, attempts: 1 } } } }
`
    expect(checked([document]).findings).toMatchObject([
      { rule: 'unknown-operation', operation: 'place', line: 4, about: 'inventory.reserv' },
    ])
  })
})

describe('undeclared-layer', () => {
  const layers = (attempts: number | null, ...documents: string[]) =>
    checked(documents, { scanned: [{ library: 'got', file: 'services/b/src/http.ts', line: 3, attempts }] })

  it('stands in the document beside the code', () => {
    const { findings } = layers(null, one('effect: read, attempts: 1'))
    expect(findings).toMatchObject([{ service: 'order-api', file: '1.yaml', amount: Number.MAX_SAFE_INTEGER }])
    expect(findings[0]?.message).toContain('got at services/b/src/http.ts:3 makes attempts without a bound')
  })

  it('passes over layers that are switched off', () => {
    expect(layers(1, one('effect: read, attempts: 1')).findings).toEqual([])
  })
})

describe('broker-limit-below-attempts', () => {
  it('counts what has no count as the attempts that fit', () => {
    const queue = (deliveries: number) =>
      rules(one('effect: read, use: background', `broker: nats, deliveries: ${deliveries},`))
    expect(queue(123)).toEqual(['broker-limit-below-attempts'])
    expect(queue(124)).toEqual([])
  })
})
