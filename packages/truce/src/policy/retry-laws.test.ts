/**
 * Laws of the decision, over every combination of inputs.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BREAKER, Breaker } from './breaker.js'
import { Budget } from './budget.js'
import { type FailureClass, PERMANENT, TRANSIENT } from './classify.js'
import { DEADLINE } from './deadline.js'
import { DependencyPolicy } from './dependency.js'
import { Governor } from './governor.js'
import { type Decision, decide, PUSHBACK_SPREAD } from './retry.js'
import { STOP_REASONS, waitsForRoom } from './stop.js'

const NONE = Number.POSITIVE_INFINITY
const NOW = 1_000_000
const CLASSES: FailureClass[] = [...TRANSIENT, ...PERMANENT, 'exhausted', 'aborted']

const mostly = (usual: boolean) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(!usual) })
const ms = fc.integer({ min: 0, max: 5_000 })

const backoff = fc.record({
  initial: fc.integer({ min: 1, max: 200 }),
  factor: fc.constantFrom(1, 2),
  max: fc.integer({ min: 200, max: 2_000 }),
  jitter: fc.constantFrom('full' as const, 'equal' as const, 'decorrelated' as const, 'none' as const),
})

const situations = fc.record({
  rules: fc.record({
    attempts: fc.constantFrom(1, 2, 3, 5, NONE),
    retryOn: fc.oneof(
      { weight: 5, arbitrary: fc.constant(new Set<FailureClass>(TRANSIENT)) },
      { weight: 1, arbitrary: fc.subarray(CLASSES).map((some) => new Set(some)) },
    ),
    backoff: fc.option(backoff),
    repeatable: fc.boolean(),
    window: fc.oneof(ms, fc.constant(NONE)),
    background: fc.boolean(),
    immediate: fc.boolean(),
  }),
  call: fc.record({
    attempt: fc.integer({ min: 1, max: 5 }),
    deadline: fc.oneof(
      ms.map((left) => NOW + left),
      fc.constant(NONE),
    ),
    waited: ms,
    aborted: mostly(false),
    owns: mostly(true),
    ownsBusiness: fc.constantFrom(undefined, undefined, true, false),
    keyed: fc.boolean(),
    keyedAt: ms.map((ago) => NOW - ago),
    replayable: mostly(true),
    least: fc.constant<number>(DEADLINE.least),
  }),
  failure: fc
    .record({
      class: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom<FailureClass>(...TRANSIENT) },
        { weight: 1, arbitrary: fc.constantFrom(...CLASSES) },
      ),
      certainty: fc.constantFrom('not-applied' as const, 'unknown' as const),
      answered: fc.boolean(),
      retryAfter: fc.option(fc.integer({ min: 0, max: 3_000 })),
      retry: fc.constantFrom(undefined, undefined, true, false),
    })
    .map(({ retryAfter, retry, ...rest }) => ({
      ...rest,
      ...(retryAfter === null ? {} : { retryAfter }),
      ...(retry === undefined ? {} : { retry }),
    })),
  /** The dependency: is it isolated, how many timeouts came, what it usually takes, what the budget holds. */
  isolated: mostly(false),
  timeouts: fc.nat(4),
  median: fc.option(fc.integer({ min: 1, max: 400 })),
  least: fc.constantFrom(0, 1, 1, 2),
  parts: fc.record({ breaker: mostly(true), governor: mostly(true), budget: mostly(true) }),
  u: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
})

type Situation = typeof situations extends fc.Arbitrary<infer S> ? S : never

interface Outcome {
  readonly decision: Decision
  readonly paid: number
  readonly leastTime: number
}

/** Decides with a dependency made anew, so that two decisions can be compared. */
function decided({ rules, call, failure, isolated, timeouts, median, least, parts, u }: Situation): Outcome {
  const breaker = parts.breaker ? new Breaker({ ...BREAKER, rule: { kind: 'consecutive', failures: 5 } }) : null
  const governor = parts.governor ? new Governor(false) : null
  const budget = parts.budget ? new Budget({ ratio: 0.5, max: NONE, floor: 0, least, growLeast: false }) : null
  const dependency = new DependencyPolicy({ breaker, governor, budget, slowCall: NONE })
  if (isolated) breaker?.isolate({ who: 'ops', why: 'drill', until: NOW + 1_000 })
  for (let n = 0; n < timeouts; n++) governor?.timedOut(NOW)
  const before = budget?.remaining(NOW) ?? 0
  const leastTime = median ?? DEADLINE.least
  const decision = decide(rules, { ...call, least: leastTime }, failure, dependency, NOW, () => u)
  return { decision, paid: before - (budget?.remaining(NOW) ?? 0), leastTime }
}

const law = (check: (situation: Situation, outcome: Outcome) => void) =>
  fc.assert(
    fc.property(situations, (situation) => check(situation, decided(situation))),
    { numRuns: 300 },
  )

describe('decide, laws', () => {
  it('is total: every combination gives a decision, with a known reason where it is no retry', () => {
    law((_, { decision }) => {
      if (decision.act === 'retry') expect(decision.wait).toBeGreaterThanOrEqual(0)
      else expect(STOP_REASONS).toContain(decision.act === 'stop' ? decision.stop : decision.reason)
      expect(decision).not.toMatchObject({ stop: 'ok' })
    })
  })

  it('pays exactly when it says retry, and has something to pay unless there is no budget', () => {
    law(({ parts }, { decision, paid }) => {
      expect(paid).toBe(decision.act === 'retry' && parts.budget ? 1 : 0)
      if (decision.act === 'retry') expect(decision.payment !== 0).toBe(parts.budget)
    })
  })

  it('a retry starts so early that the dependency can answer before the deadline, and its key still holds', () => {
    law(({ call, rules }, { decision, leastTime }) => {
      if (decision.act === 'stop') return
      const start = NOW + decision.wait
      expect(start + leastTime).toBeLessThanOrEqual(call.deadline)
      if (call.keyed) expect(start - call.keyedAt).toBeLessThanOrEqual(rules.window)
    })
  })

  it('the dependency’s own wait is never shortened, and lengthened by a tenth or the first backoff at most', () => {
    law(({ failure, rules }, { decision }) => {
      const asked = failure.retryAfter
      if (decision.act === 'stop' || asked === undefined) return
      expect(decision.wait).toBeGreaterThanOrEqual(asked)
      expect(decision.wait).toBeLessThanOrEqual(asked + Math.max(rules.backoff?.initial ?? 0, PUSHBACK_SPREAD * asked))
    })
  })

  it('waits not at all only once, where nothing was sent, and otherwise as if it could not be asked for', () => {
    law((situation, { decision }) => {
      const { rules, call, failure } = situation
      const never = decided({ ...situation, rules: { ...rules, immediate: false } }).decision
      const unsent = failure.certainty === 'not-applied' && !failure.answered && failure.class !== 'overloaded'
      const applies = rules.immediate && unsent && call.attempt === 1 && !('retryAfter' in failure)
      const expected = applies && decision.act !== 'stop' ? { ...decision, wait: 0 } : applies ? decision : never
      expect(decision).toEqual(expected)
      // Less time is needed, so more may be said yes to, and nothing less.
      if (never.act !== 'stop') expect(decision.act).toBe(never.act)
    })
  })

  it('a wait that fits is never made to miss by its spread', () => {
    law(({ call, failure }, { decision, leastTime }) => {
      if (failure.retryAfter === undefined || NOW + failure.retryAfter + leastTime > call.deadline) return
      expect(decision).not.toMatchObject({ stop: 'deadline' })
    })
  })

  it('never repeats a write that may have been applied, where no key protects it', () => {
    law(({ call, failure, rules }, { decision }) => {
      if (rules.repeatable || call.keyed || failure.certainty === 'not-applied') return
      expect(decision.act).toBe('stop')
    })
  })

  it('never repeats what another owns, what cannot be sent again, what was aborted, or against the dependency’s word', () => {
    law(({ call, failure }, { decision }) => {
      const owns = (failure.class === 'conflict' ? call.ownsBusiness : undefined) ?? call.owns
      if (owns && call.replayable && !call.aborted && failure.retry !== false) return
      expect(decision.act).toBe('stop')
    })
  })

  const stricter: [string, (call: Situation['call'], n: number) => Situation['call']][] = [
    ['more time', (call, n) => ({ ...call, deadline: call.deadline + n })],
    ['more attempts left', (call, n) => ({ ...call, attempt: Math.max(1, call.attempt - n) })],
  ]
  it.each(stricter)('%s never turns a retry into a stop for attempts or deadline', (_, relaxed) => {
    // Fewer attempts made means a shorter backoff; decorrelated jitter knows only the wait before.
    fc.assert(
      fc.property(situations, fc.integer({ min: 1, max: 2_000 }), (situation, n) => {
        if (decided(situation).decision.act !== 'retry') return
        const { decision } = decided({ ...situation, call: relaxed(situation.call, n) })
        expect(decision).not.toMatchObject({ stop: 'attempts' })
        expect(decision).not.toMatchObject({ stop: 'deadline' })
      }),
      { numRuns: 300 },
    )
  })

  it('more attempts allowed change nothing else', () => {
    law((situation, { decision }) => {
      if (decision.act !== 'retry') return
      const rules = { ...situation.rules, attempts: situation.rules.attempts + 1 }
      expect(decided({ ...situation, rules }).decision).toEqual(decision)
    })
  })

  it('background decides like everything else, but waits where others stop for want of room', () => {
    law((situation) => {
      const on = (background: boolean) => decided({ ...situation, rules: { ...situation.rules, background } }).decision
      const [waiting, ending] = [on(true), on(false)]
      expect(ending.act).not.toBe('wait')
      if (ending.act === 'stop' && waitsForRoom(ending.stop))
        expect(waiting).toMatchObject({ act: 'wait', reason: ending.stop })
      else expect(waiting).toEqual(ending)
    })
  })
})
