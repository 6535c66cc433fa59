import { describe, expect, it } from 'vitest'
import { checked } from '../../../test/given.js'
import { inventory } from '../../../test/one-call.js'

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
