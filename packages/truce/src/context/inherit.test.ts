import { describe, expect, it, vi } from 'vitest'

const context = { id: 'c#1', endsAt: Infinity, owner: undefined, join: () => true, leave() {} }

/** A fresh copy: inheritance cannot be stopped once it has started. */
async function fresh() {
  vi.resetModules()
  return import('./inherit.js')
}

describe('inheritance', () => {
  it('is not started by importing or using the guard; the first that asks for it starts it, once', async () => {
    vi.resetModules()
    const load = vi.spyOn(process, 'getBuiltinModule')
    const { AsyncLocalStorage } = process.getBuiltinModule('node:async_hooks')
    const run = vi.spyOn(AsyncLocalStorage.prototype, 'run')
    const { dependency } = await import('../index.js')
    const { inherited } = await import('./inherit.js')
    const plain = dependency('plain').operation('call', { effect: 'read' })
    await plain.run(async () => expect(inherited()).toBeUndefined())
    expect(run).not.toHaveBeenCalled()
    const asking = dependency('asking', { inherit: true }).operation('call', { effect: 'read' })
    await asking.run(async ({ id }) => {
      await Promise.resolve()
      expect(inherited()?.id).toBe(id)
    })
    expect(run).toHaveBeenCalledOnce()
    expect(inherited()).toBeUndefined()
    load.mockRestore()
    run.mockRestore()
  })

  it('gives what runs inside its context, across awaits, and nothing outside', async () => {
    const { inContext, inherited, startInheritance } = await fresh()
    startInheritance()
    startInheritance()
    const seen = await inContext(context, async () => {
      await Promise.resolve()
      return inherited()
    })
    expect(seen).toBe(context)
    expect(inherited()).toBeUndefined()
  })

  it('before it is started a context changes nothing', async () => {
    const { inContext, inherited } = await fresh()
    expect(inContext(context, () => inherited())).toBeUndefined()
  })

  it('says what to do where the runtime has none', async () => {
    const { startInheritance } = await fresh()
    const load = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)
    expect(startInheritance).toThrow('{ context: attempt }')
    load.mockRestore()
  })
})
