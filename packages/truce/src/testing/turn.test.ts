import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

test.each(['setImmediate', 'a message, as in browsers'])(
  'a turn by %s: what promises there are have run',
  async (by) => {
    if (by !== 'setImmediate') vi.stubGlobal('setImmediate', undefined)
    vi.resetModules()
    const { turn } = await import('./turn.js')
    let steps = 0
    const work = async () => {
      for (; steps < 100; steps++) await Promise.resolve()
    }
    void work()
    await turn()
    expect(steps).toBe(100)
    await turn()
  },
)
