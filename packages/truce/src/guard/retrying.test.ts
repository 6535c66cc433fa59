import { describe, expect, it } from 'vitest'
import { httpClassifier } from '../http/semantics/classify.js'
import { BASELINE } from '../policy/presets.js'
import { seeded, virtualTime } from '../testing/index.js'
import { PLAIN } from './call-settings.js'
import type { Clock } from './clock.js'
import type { Guarded } from './invoke.js'
import { RetryCall } from './retry-call.js'
import { processOf, RetryCore } from './retry-core.js'
import { retryOn } from './options/operation-options.js'

const RULES = {
  attempts: 3,
  retryOn: retryOn(undefined),
  backoff: { ...BASELINE.backoff, jitter: 'none' as const },
  repeatable: true,
  window: Infinity,
  background: false,
}
const fail = () => {
  throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
}

/** `retry()` on a clock of the test. */
function onClock(clock: Clock) {
  const core = new RetryCore(processOf(clock, seeded(1)), RULES, 10_000, [httpClassifier()])
  return (fn: Guarded<unknown>, signal?: AbortSignal): Promise<unknown> => {
    const call = new RetryCall(core, fn, signal ? { ...PLAIN, signal } : PLAIN)
    return call.ready() ? call.sent((async () => fn(call))()) : call.instead
  }
}

describe('retrying', () => {
  it('gives back what was paid for a retry that its caller did not wait for', async () => {
    const time = virtualTime()
    const retry = onClock(time.clock)
    await time.run(async () => {
      for (let n = 0; n < 200; n++) {
        const caller = new AbortController()
        const call = retry(fail, caller.signal).catch((error: unknown) => error)
        await new Promise<void>((resolve) => void time.clock.alarm(50, resolve))
        caller.abort('left')
        expect(await call).toBe('left')
      }
      let attempts = 0
      await retry(() => (++attempts < 3 ? fail() : attempts))
      expect(attempts).toBe(3)
    })
  })

  it('is never early, though its timer is', async () => {
    const time = virtualTime()
    const { clock } = time
    const early: Clock = { ...clock, now: () => clock.now(), alarm: (ms, ring) => clock.alarm(ms * 0.9, ring) }
    const starts: number[] = []
    await time.run(
      onClock(early)(({ attempt }) => {
        starts.push(time.now())
        return attempt < 3 ? fail() : 'done'
      }),
    )
    expect(starts[1]).toBeGreaterThanOrEqual(100)
    expect(starts[2]).toBeGreaterThanOrEqual((starts[1] as number) + 200)
  })

  it('leaves no timer behind when its caller leaves', async () => {
    const time = virtualTime()
    const caller = new AbortController()
    const call = onClock(time.clock)(fail, caller.signal).catch((error: unknown) => error)
    await time.settle()
    expect(time.pending).toHaveLength(1)
    caller.abort('left')
    expect([await call, time.pending]).toEqual(['left', []])
  })
})
