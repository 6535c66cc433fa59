import { describe, expect, it, test } from 'vitest'
import { RetryShare } from './retry-share.js'

describe('retry share', () => {
  test.each([
    [0, 100, 0],
    [0.1, 0, 1],
    [0.1, 9, 1],
    [0.1, 100, 10],
    [0.29, 100, 29],
    [0.9, 10, 9],
    [1, 7, 7],
  ])('of %d lets in, of %d originals, %d retries', (share, originals, expected) => {
    const retries = new RetryShare(share)
    for (let n = 0; n < originals; n++) retries.admitted(false, 0)
    let admitted = 0
    while (retries.allows(0) && admitted < 1_000) {
      retries.admitted(true, 0)
      admitted++
    }
    expect(admitted).toBe(expected)
  })

  it('counts those that wait: all of them may be let in', () => {
    const retries = new RetryShare(0.1)
    for (let n = 0; n < 20; n++) retries.admitted(false, 0)
    retries.waits(1)
    retries.waits(1)
    expect(retries.allows(0)).toBe(false)
    retries.waits(-1)
    expect(retries.allows(0)).toBe(true)
  })

  it('counts the last 10 s', () => {
    const retries = new RetryShare(0.5)
    for (let n = 0; n < 10; n++) retries.admitted(false, 0)
    for (let n = 0; n < 5; n++) retries.admitted(true, 0)
    expect(retries.allows(9_000)).toBe(false)
    expect(retries.allows(11_000)).toBe(true)
  })
})
