/**
 * Simulated: a script run by the lab's driver, against a dependency that does what the script says.
 *
 * @module
 */
import { Agenda } from '../../src/engine/agenda.js'
import { AT_SERVER, Attempts } from '../../src/model/attempts.js'
import { Calls } from '../../src/model/calls.js'
import {
  ARRIVES,
  ATTEMPT_RINGS,
  CALL_RINGS,
  CHAIN_RINGS,
  event,
  kindOf,
  LINE_RINGS,
  RETRIES,
  RETURNS,
  subjectOf,
} from '../../src/model/events.js'
import { Group } from '../../src/model/group.js'
import type { AroundGroup } from '../../src/model/group-parts.js'
import { errorOf, FULL, OK, REFUSED, REJECTED, SILENT } from '../../src/model/outcomes.js'
import { strategyOf } from '../../src/scenario/strategy-of.js'
import { truceClient } from '../../src/strategies/truce.js'
import { wordOf } from '../../src/model/word.js'
import { type Ending, HINT, instant, PLACE, type Script } from './script.js'
import { type AttemptTrace, type CallEnd, countedRandom, type Trace } from './trace.js'

const OUTCOMES: Readonly<Record<Ending, number>> = {
  ok: OK,
  '503': FULL,
  '500': errorOf('internal'),
  '404': errorOf('not-found'),
  '429-hint': REJECTED,
  slot: REJECTED,
  'slot-host': REJECTED,
  refused: REFUSED,
  hang: SILENT,
}

export function simulated(script: Script): Trace {
  const agenda = new Agenda()
  const attempts = new Attempts()
  const calls = new Calls()
  const { random, draws } = countedRandom(script.seed)
  const traces: AttemptTrace[] = []
  const ends: (CallEnd | undefined)[] = script.calls.map(() => undefined)
  let ended = { stop: '', attempts: 0 }

  const around: AroundGroup = {
    agenda,
    attempts,
    calls,
    lineOf: (_group, instance) => instance,
    belowEnded() {},
    callerIsFree(call, now) {
      ends[call] = { ...ended, at: now }
    },
    release(attempt, flag) {
      const call = attempts.call[attempt] ?? 0
      if (!attempts.drop(attempt, flag)) return
      calls.known[call] = (calls.known[call] ?? 0) - 1
      calls.sweep(call)
    },
    send(attempt, now) {
      const call = attempts.key[attempt] ?? 0
      const number = attempts.number[attempt] ?? 0
      traces.push({ call, attempt: number, at: now, draws: draws() })
      const { ends: end, after } = script.calls[call]?.steps[number - 1] ?? { ends: 'ok', after: 5 }
      attempts.outcome[attempt] = OUTCOMES[end]
      if (end === '429-hint') attempts.hint[attempt] = HINT * 1_000
      if (end === 'slot' || end === 'slot-host') {
        attempts.hint[attempt] = PLACE
        attempts.word[attempt] = wordOf({ slot: PLACE, scope: end === 'slot' ? 'service' : 'host' })
      }
      if (end === 'hang') around.release(attempt, AT_SERVER)
      else agenda.add(instant(now + after, call, number), event(RETURNS, attempt))
    },
  }
  const group = new Group(
    {
      index: 0,
      instances: script.instances,
      server: 0,
      strategy: strategyOf('tried', script.strategy),
      effect: script.effect,
      idempotent: script.keyed,
      pool: undefined,
      peer: false,
      tally: {
        duplicates: 0,
        attempt() {},
        ended(_began, _now, made, stop) {
          ended = { stop, attempts: made }
        },
      },
      make: truceClient,
      random,
    },
    around,
  )
  for (const [call, { arrives }] of script.calls.entries()) agenda.add(instant(arrives, call, 0), event(ARRIVES, call))
  for (let what = agenda.take(); what >= 0; what = agenda.take()) {
    const { now } = agenda
    const subject = subjectOf(what)
    const kind = kindOf(what)
    if (kind === ARRIVES) group.begin(0, subject, -1, subject, Number.POSITIVE_INFINITY, now)
    else if (kind === RETURNS) {
      group.answered(subject, now)
      around.release(subject, AT_SERVER)
    } else if (kind === CHAIN_RINGS) group.chainRings(now)
    else if (kind === ATTEMPT_RINGS) group.attemptRings(subject, now)
    else if (kind === RETRIES) group.retries(subject, now)
    else if (kind === LINE_RINGS) group.lineRings(subject, now)
    else if (kind === CALL_RINGS) group.callRings(subject, now)
  }
  if (attempts.inUse > 0 || calls.inUse > 0)
    throw new Error(`left over: ${attempts.inUse} attempts, ${calls.inUse} calls`)
  return { attempts: traces, calls: ends, draws: draws() }
}
