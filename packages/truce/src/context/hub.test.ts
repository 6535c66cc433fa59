import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { type Abortable, Hub, hubOf } from './hub.js'

const member = (abort: (reason: unknown) => void = () => {}): Abortable => ({ abort })

describe('hub', () => {
  it('adds one listener to a signal for 10,000 calls, and takes it off with the last', () => {
    const warned = vi.spyOn(process, 'emitWarning')
    const { signal } = new AbortController()
    const members = Array.from({ length: 10_000 }, () => member())
    for (const each of members) hubOf(signal).add(each)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    for (const each of members.slice(1)) hubOf(signal).remove(each)
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    hubOf(signal).remove(members[0] as Abortable)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect(warned).not.toHaveBeenCalled()
    warned.mockRestore()
  })

  it('a signal that was left by all can be joined again', () => {
    const controller = new AbortController()
    const first = member()
    hubOf(controller.signal).add(first)
    hubOf(controller.signal).remove(first)
    const abort = vi.fn<(reason: unknown) => void>()
    hubOf(controller.signal).add(member(abort))
    controller.abort('why')
    expect(abort).toHaveBeenCalledExactlyOnceWith('why')
  })

  it.each([new Error('gone'), 'a string', null, 0, false])('hands on the reason as it is: %s', (reason) => {
    const controller = new AbortController()
    const abort = vi.fn<(reason: unknown) => void>()
    hubOf(controller.signal).add(member(abort))
    controller.abort(reason)
    expect(abort).toHaveBeenCalledExactlyOnceWith(reason)
  })

  it('who leaves while others are told is not told any more', () => {
    const hub = new Hub()
    const told = vi.fn<(reason: unknown) => void>()
    const second = member(told)
    hub.add(member(() => hub.remove(second)))
    hub.add(second)
    hub.abort('why')
    expect(told).not.toHaveBeenCalled()
  })

  it('who joins while others are told is left alone', () => {
    const hub = new Hub()
    const told = vi.fn<(reason: unknown) => void>()
    const late = member(told)
    hub.add(member(() => hub.add(late)))
    hub.abort('why')
    expect(told).not.toHaveBeenCalled()
  })

  it('is empty once: leaving twice ends nothing twice', () => {
    const emptied = vi.fn<() => void>()
    const hub = new Hub(emptied)
    const only = member()
    hub.add(only)
    hub.remove(only)
    hub.remove(only)
    expect(emptied).toHaveBeenCalledOnce()
  })
})
