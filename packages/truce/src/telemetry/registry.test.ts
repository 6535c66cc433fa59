import { afterEach, expect, test, vi } from 'vitest'
import { OTHER, Registry } from './registry.js'

afterEach(() => void vi.restoreAllMocks())

test('an object for each list of names, in the order in which they came', () => {
  const registry = new Registry<string>('operations')
  const join = (...names: string[]) => names.join('.')
  expect(registry.get(['a', 'b'], join)).toBe('a.b')
  expect(registry.get(['c', 'd'], join)).toBe('c.d')
  expect(registry.get(['a', 'b'], () => 'made again')).toBe('a.b')
  expect(registry.values()).toEqual(['a.b', 'c.d'])
})

test('ids used as names are counted together, with one warning', () => {
  const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const registry = new Registry<{ names: string[] }>('operations', 3)
  const made = Array.from({ length: 1_000 }, (_, id) =>
    registry.get(['orders', `get-${id}`], (...names) => ({ names })),
  )
  expect(registry.values()).toHaveLength(4)
  expect(made[3]).toEqual({ names: [OTHER, OTHER] })
  expect(made[999]).toBe(made[3])
  expect(registry.get(['orders', 'get-0'], (...names) => ({ names }))).toBe(made[0])
  expect(emitWarning).toHaveBeenCalledTimes(1)
  expect(emitWarning.mock.calls[0]?.[0]).toContain('from orders/get-3 on')
})
