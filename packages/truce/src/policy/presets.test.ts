import { describe, expect, it } from 'vitest'
import { wait } from './backoff.js'
import { PRESETS } from './presets.js'

const NONE = Number.POSITIVE_INFINITY

describe('presets', () => {
  it('have the figures that were chosen', () => {
    expect(PRESETS).toEqual({
      interactive: {
        attempts: 3,
        backoff: { initial: 50, factor: 2, max: 1_000, jitter: 'full' },
        attemptTimeout: 800,
        deadline: 2_500,
        background: false,
      },
      baseline: {
        attempts: 3,
        backoff: { initial: 100, factor: 2, max: 2_000, jitter: 'full' },
        attemptTimeout: 3_000,
        deadline: 10_000,
        background: false,
      },
      background: {
        attempts: NONE,
        backoff: { initial: 1_000, factor: 2, max: 30_000, jitter: 'full' },
        attemptTimeout: 10_000,
        deadline: 3_600_000,
        background: true,
      },
      stream: {
        attempts: 3,
        backoff: { initial: 100, factor: 2, max: 2_000, jitter: 'full' },
        attemptTimeout: 30_000,
        deadline: 600_000,
        background: false,
        idle: 30_000,
      },
    })
  })

  it.each(['interactive', 'baseline'] as const)(
    '%s: all attempts with their longest waits, the last at its fair share, fit the deadline',
    (name) => {
      const { attempts, backoff, attemptTimeout, deadline } = PRESETS[name]
      let longest = attemptTimeout
      for (let retry = 0; retry < attempts - 1; retry++) longest += wait(backoff, retry, 0, () => 1) + attemptTimeout
      // The last attempt of `interactive` is cut by 50 ms at the very worst, never below half its timeout.
      expect(longest - deadline).toBeLessThanOrEqual(attemptTimeout / 2)
    },
  )

  it('cannot be changed by who reads them', () => {
    for (const preset of Object.values(PRESETS)) {
      expect([Object.isFrozen(preset), Object.isFrozen(preset.backoff)]).toEqual([true, true])
    }
  })
})
