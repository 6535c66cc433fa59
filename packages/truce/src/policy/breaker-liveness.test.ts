/**
 * A breaker may be wrong for a while, never for ever: whatever happened, it comes back.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Breaker, type BreakerSettings, type Permit } from './breaker.js'
import type { BreakerRule, Signal } from './breaker-rule.js'

const rule: fc.Arbitrary<BreakerRule> = fc.oneof(
  fc.record({ kind: fc.constant('consecutive' as const), failures: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    kind: fc.constantFrom('count' as const, 'time' as const),
    // At least `minimumCalls`, as the options demand: it would never open.
    size: fc.integer({ min: 6, max: 12 }),
    window: fc.constantFrom(500, 1_000),
    failureRate: fc.constantFrom(0.2, 0.5),
    openRate: fc.constantFrom(0.6, 1),
    minimumCalls: fc.integer({ min: 1, max: 6 }),
    slowRate: fc.constantFrom(0.4, 1),
  }),
)
const settings: fc.Arbitrary<BreakerSettings> = fc
  .tuple(rule, fc.constantFrom([1, 1], [3, 2], [4, 4], [4, 1]))
  .map(([made, [probes = 1, closeAfter = 1]]) => {
    return { rule: made, cooldown: 100, cooldownMax: 400, probes, closeAfter, ramp: 200, lease: 300 }
  })

const step = fc.record({
  act: fc.constantFrom('acquire', 'acquire', 'acquire', 'record', 'record', 'release', 'isolate'),
  pause: fc.oneof(fc.nat(60), fc.nat(60), fc.nat(1_500)),
  u: fc.nat(31).map((n) => n / 32),
  signal: fc.constantFrom<Signal>('success', 'failure', 'failure', 'slow'),
  which: fc.nat(),
})

/** Attempts 20 ms apart, each of which ends at once. Returns how many were let through. */
function drive(breaker: Breaker, signal: Signal, from: number, count: number): number {
  let passed = 0
  for (let call = 0; call < count; call++) {
    const now = from + call * 20
    const permit = breaker.acquire(now, () => (call % 32) / 32)
    if (permit === 0) continue
    passed++
    breaker.record(permit, signal, now, () => 0.5)
  }
  return passed
}

describe('breaker, whatever happened', () => {
  it('closes once the dependency answers, opens once it does not', () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 80, size: 'max' }), (made, steps) => {
        const breaker = new Breaker(made)
        const flying: Permit[] = []
        let now = 0
        for (const { act, pause, u, signal, which } of steps) {
          now += pause
          const random = () => u
          if (act === 'acquire') flying.push(breaker.acquire(now, random))
          else if (act === 'isolate') breaker.isolate({ who: 'ops', why: 'drill', until: now + 10 * pause })
          else {
            const [ended = 0] = flying.splice(which % (flying.length || 1), 1)
            if (act === 'record') breaker.record(ended, signal, now, random)
            else breaker.release(ended)
          }
        }
        breaker.restore()
        drive(breaker, 'success', now, 400)
        expect(breaker.state(now + 8_000)).toBe('closed')
        expect(drive(breaker, 'success', now + 8_000, 50), 'and lets everybody through').toBe(50)

        // Closed, 50 successes in its memory: it opens, and lets probes through and nothing else.
        drive(breaker, 'failure', now + 9_000, 50)
        expect(drive(breaker, 'failure', now + 10_000, 400)).toBeLessThan(100)
      }),
      { numRuns: 150 },
    )
  })
})
