import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keyHash } from './key-hash.js'

it('gives 16 hexadecimal letters, the same for the same key, others for another', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (one, other) => {
      expect(keyHash(one)).toMatch(/^[0-9a-f]{16}$/)
      expect(keyHash(one) === keyHash(other)).toBe(one === other)
    }),
  )
})

it('does not show the key', () => {
  expect(keyHash('order_123')).not.toContain('order')
})

it('tells 100,000 keys that differ in their number apart', () => {
  expect(new Set(Array.from({ length: 100_000 }, (_, n) => keyHash(`order_${n}`))).size).toBe(100_000)
})
