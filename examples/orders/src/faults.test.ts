import { describe, expect, test } from 'vitest'
import { parseFaultRequest, slowness, weather } from './faults.js'

describe('faults', () => {
  test('a fault holds from its start until just before its end', () => {
    const active = [{ label: 'x', fault: { kind: 'hang' } as const, from: 100, until: 200 }]
    expect([99, 100, 199, 200].map((now) => weather(active, now).hang)).toEqual([false, true, true, false])
  })

  test('a crash waits for its moment, and only in its time', () => {
    const active = [{ label: 'x', fault: { kind: 'crash' } as const, from: 100, until: 200 }]
    expect([99, 100, 200].map((now) => weather(active, now).crash)).toEqual([false, true, false])
  })

  test('several at once: the worse share, every slowness', () => {
    const now = weather(
      [
        { label: 'a', fault: { kind: 'errors', share: 0.1 }, from: 0 },
        { label: 'b', fault: { kind: 'errors', share: 0.3 }, from: 0 },
        { label: 'c', fault: { kind: 'slow', factor: 4, share: 1 }, from: 0 },
        { label: 'd', fault: { kind: 'slow', factor: 20, share: 0.05 }, from: 0 },
      ],
      1,
    )
    expect(now.errors).toBe(0.3)
    expect(slowness(now.slow, () => 0.5)).toBe(4)
    expect(slowness(now.slow, () => 0.01)).toBe(80)
  })

  test.each([
    [{ kind: 'errors', share: 2 }, /"share" is 2.*0 to 1/],
    [{ kind: 'rain' }, /"kind" is "rain".*lost-answers/],
    [{ kind: 'hang', for: -1 }, /"for" is -1/],
    [null, /"kind"/],
  ])('%j is refused and the message says what is allowed', (body, message) => {
    expect(() => parseFaultRequest(body)).toThrow(message)
  })

  test('defaults: every attempt is slow, an outage answers, the label is the kind', () => {
    expect(parseFaultRequest({ kind: 'slow', factor: 3 })).toEqual({
      label: 'slow',
      fault: { kind: 'slow', factor: 3, share: 1 },
    })
    expect(parseFaultRequest({ kind: 'crash' })).toEqual({ label: 'crash', fault: { kind: 'crash' } })
    expect(parseFaultRequest({ kind: 'outage', for: 10 }).fault).toEqual({ kind: 'outage', how: 'answer' })
  })
})
