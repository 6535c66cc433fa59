import { createContext, runInContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { bundle, CONDITIONS, portable } from './bundle.js'

describe.each(Object.entries(CONDITIONS))('%s', (_, conditions) => {
  test.each(portable)('%s imports nothing of Node', async (name) => {
    const { builtins } = await bundle(`export * from '${name}'`, conditions)
    expect(builtins).toEqual([])
  })
})

describe('Node', () => {
  test.each(portable)('%s imports of Node what it has to', async (name) => {
    const { builtins } = await bundle(`export * from '${name}'`, ['node'])
    expect(builtins).toEqual(name === 'truce/telemetry' ? ['node:fs', 'node:path'] : [])
  })
})

/** All of them have it, and structured-headers takes one when `truce/peer` is loaded. */
const TEXT = { TextEncoder }

/**
 * Weak references came late to workers, and a page may have no `process` or a bundler's empty one: what
 * a module needs it looks for when it is used.
 */
describe.each([
  ['nothing but the language', {}, ''],
  ['an older worker', {}, 'delete globalThis.WeakRef; delete globalThis.FinalizationRegistry'],
  ['the empty process of a bundler', { process: {} }, ''],
])('loads with %s', (_, globals, before) => {
  test.each(portable)('%s', async (name) => {
    const { code } = await bundle(`export * from '${name}'`, CONDITIONS.browser, 'loaded')
    const context = createContext({ ...TEXT, ...globals })
    runInContext(`${before};${code}`, context)
    expect(Object.keys(runInContext('loaded', context) as object).length).toBeGreaterThan(0)
  })
})
