import { afterEach, describe, expect, test, vi } from 'vitest'
import { boundToRequests, ownTurn } from './own-turn.js'

describe('where timers belong to requests', () => {
  afterEach(() => void vi.unstubAllGlobals())

  test.each<[string, Record<string, unknown>, boolean]>([
    ['Node', {}, false],
    ['a browser', { navigator: { userAgent: 'Mozilla/5.0' } }, false],
    ['Cloudflare', { navigator: { userAgent: 'Cloudflare-Workers' } }, true],
    ["Vercel's edge", { EdgeRuntime: 'vercel' }, true],
  ])('%s', (_, globals, expected) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
    expect(boundToRequests()).toBe(expected)
  })

  test('a turn of its own is later, and comes once; elsewhere there is none', async () => {
    expect(ownTurn()).toBeUndefined()
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
    const turn = ownTurn()
    const went: string[] = []
    turn?.(() => went.push('first'))
    turn?.(() => went.push('second'))
    expect(went).toEqual([])
    await Promise.resolve()
    expect(went).toEqual(['first'])
  })
})
