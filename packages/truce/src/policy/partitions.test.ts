import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Partitions, PARTITIONS } from './partitions.js'

describe('partitions', () => {
  it('makes a state when first asked for it, and hands out the same one after that', () => {
    const made: string[] = []
    const states = new Partitions((key) => ({ key, serial: made.push(key) }))
    expect(states.get('a')).toBe(states.get('a'))
    expect(states.get('b').key).toBe('b')
    expect([made, states.size]).toEqual([['a', 'b'], 2])
  })

  it('keeps `undefined` like any other state', () => {
    let made = 0
    const states = new Partitions(() => void made++)
    states.get('a')
    states.get('a')
    expect(made).toBe(1)
  })

  // A key that comes from a request is the stranger's to choose.
  it('a thousand and one strangers do not fill the memory', () => {
    const states = new Partitions((key) => key)
    for (let n = 0; n < 10_000; n++) states.get(`tenant-${n}`)
    expect([states.size, PARTITIONS.max]).toEqual([1_000, 1_000])
  })

  it('is looked into without making or using anything', () => {
    const states = new Partitions((key) => key, 2)
    expect([states.peek('a'), states.size]).toEqual([undefined, 0])
    for (const key of ['a', 'b']) states.get(key)
    expect(states.peek('a')).toBe('a')
    states.get('c')
    expect([...states.values()]).toEqual(['b', 'c'])
  })

  it('keeps at least one', () => {
    const states = new Partitions((key) => key, 0)
    expect([states.get('a'), states.get('b'), states.size]).toEqual(['a', 'b', 1])
  })

  it('forgets nothing for a state that cannot be made', () => {
    const states = new Partitions((key) => {
      if (key === 'bad') throw new Error('no such shard')
      return key
    }, 1)
    states.get('a')
    expect(() => states.get('bad')).toThrow('no such shard')
    expect([...states.values()]).toEqual(['a'])
  })

  it('is a list in order of use that loses its oldest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')),
        (max, keys) => {
          let serial = 0
          const states = new Partitions((key) => ({ key, serial: serial++ }), max)
          let list: { key: string; serial: number }[] = []
          let made = 0
          for (const key of keys) {
            const found = list.find((state) => state.key === key) ?? { key, serial: made++ }
            list = [...list.filter((state) => state.key !== key), found].slice(-max)
            expect(states.get(key)).toEqual(found)
            expect([...states.values()]).toEqual(list)
            expect(states.size).toBe(list.length)
          }
        },
      ),
    )
  })
})
