import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Channel } from './channel.js'

describe('channel', () => {
  const emitWarning = vi.spyOn(process, 'emitWarning')
  beforeEach(() => void emitWarning.mockImplementation(() => {}))
  afterEach(() => void emitWarning.mockReset())

  it('is active while somebody listens', () => {
    const channel = new Channel<number>()
    expect(channel.active).toBe(false)
    const off = [channel.on(() => {}), channel.on(() => {})]
    expect(channel.active).toBe(true)
    off[0]?.()
    off[0]?.()
    expect(channel.active).toBe(true)
    off[1]?.()
    expect(channel.active).toBe(false)
  })

  it('calls every listener in the order in which they came, the same one twice where it came twice', () => {
    const channel = new Channel<number>()
    const heard: string[] = []
    const twice = (value: number) => heard.push(`twice ${value}`)
    channel.on(twice)
    channel.on((value) => heard.push(`once ${value}`))
    const off = channel.on(twice)
    channel.emit(1)
    off()
    channel.emit(2)
    expect(heard).toEqual(['twice 1', 'once 1', 'twice 1', 'twice 2', 'once 2'])
  })

  it('lets listeners leave and join in mid-emit', () => {
    const channel = new Channel<number>()
    const heard: string[] = []
    const off = channel.on((value) => {
      heard.push(`first ${value}`)
      off()
      channel.on((later) => heard.push(`joined ${later}`))
    })
    channel.on((value) => heard.push(`last ${value}`))
    channel.emit(1)
    channel.emit(2)
    expect(heard).toEqual(['first 1', 'last 1', 'last 2', 'joined 2'])
  })

  it('keeps what a listener throws from the call and from the other listeners, and reports it once', () => {
    const channel = new Channel<number>()
    const heard: number[] = []
    channel.on(() => {
      throw new Error('the dashboard is gone')
    })
    channel.on((value) => heard.push(value))
    channel.emit(1)
    channel.emit(2)
    expect(heard).toEqual([1, 2])
    expect(emitWarning).toHaveBeenCalledTimes(1)
    expect(emitWarning.mock.calls[0]?.[0]).toContain('the dashboard is gone')
    expect(emitWarning.mock.calls[0]?.[1]).toEqual({ type: 'TruceWarning', code: 'TRUCE_LISTENER' })
  })

  it('keeps an async listener that rejects from ending the process', async () => {
    const channel = new Channel<number>()
    const listener: (value: number) => unknown = () => Promise.reject(new Error('no disk'))
    channel.on(listener)
    channel.emit(1)
    channel.emit(2)
    await new Promise((resolve) => setImmediate(resolve))
    expect(emitWarning).toHaveBeenCalledTimes(1)
    expect(emitWarning.mock.calls[0]?.[0]).toContain('no disk')
  })

  it('survives a listener that throws no error', () => {
    const channel = new Channel<number>()
    const thrown: unknown = Object.create(null)
    channel.on(() => {
      throw thrown
    })
    expect(() => channel.emit(1)).not.toThrow()
  })

  it('reports an error where there is no process, as in a browser', () => {
    const reportError = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('process', undefined)
    vi.stubGlobal('reportError', reportError)
    try {
      const channel = new Channel<number>()
      channel.on(() => {
        throw new Error('no element')
      })
      channel.emit(1)
    } finally {
      vi.unstubAllGlobals()
    }
    expect(reportError.mock.calls[0]?.[0]).toMatchObject({ message: expect.stringContaining('no element') as string })
  })
})
