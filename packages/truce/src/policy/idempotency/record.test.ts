import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  abandon,
  type Abandoned,
  begin,
  type Begun,
  type Claim,
  complete,
  fenceAfter,
  type Granted,
  type Held,
  type IdempotencyRecord,
  look,
  note,
  renew,
} from './record.js'

const CLAIM: Claim = { fingerprint: 'f', mode: 'derived-key', run: 'a', lease: 100, ttl: 1_000, reconcile: false }

const ONCE: Claim = { ...CLAIM, mode: 'at-most-once' }

function grantedOf(answer: Begun): Granted {
  if (answer.is !== 'granted') throw new Error(`not granted: ${answer.is}`)
  return answer
}

function claimed(claim: Claim = CLAIM, now = 10, held?: IdempotencyRecord): IdempotencyRecord {
  const { record, answer } = begin(held, claim, now)
  grantedOf(answer)
  return record as IdempotencyRecord
}

function completed(now = 50, outcome = 'done'): IdempotencyRecord {
  const record = claimed()
  return complete(record, { fence: record.fence, outcome, ttl: 1_000 }, now).record as IdempotencyRecord
}

function abandoned(as: Abandoned, held = claimed(), now = 50): IdempotencyRecord {
  return abandon(held, { fence: held.fence, as }, now).record as IdempotencyRecord
}

describe('fence', () => {
  it.each([
    [0, 1.5, 1_500],
    [0, 1.0006, 1_000],
    [1_500, 1.5, 1_501],
    [9_000, 1.5, 9_001],
  ])('after %d at %d ms it is %d', (previous, now, fence) => {
    expect(fenceAfter(previous, now)).toBe(fence)
  })
})

describe('a claim', () => {
  it('of a key that nobody knows is granted', () => {
    const { record, answer } = begin(undefined, CLAIM, 10)
    expect(answer).toEqual({
      is: 'granted',
      fence: 10_000,
      points: {},
      created: 10,
      takeover: false,
      reconcile: false,
    })
    expect(record).toEqual({
      fingerprint: 'f',
      mode: 'derived-key',
      state: 'running',
      fence: 10_000,
      run: 'a',
      claims: 1,
      reconcile: false,
      lease: 110,
      created: 10,
      settled: 0,
      expires: 1_110,
      points: {},
      outcome: '',
    })
  })

  // A run kept alive past its time to live, and then crashed, was forgotten at once and run again.
  it('that ends in the dark is remembered for its whole time to live from then on', () => {
    const held = claimed(ONCE)
    const late = renew(held, { fence: held.fence, lease: 100 }, 5_000).record
    expect(look(late, 6_099)).toEqual({ is: 'unknown', created: 10 })
    expect(begin(late, { ...ONCE, run: 'b' }, 6_099).answer.is).toBe('unknown')
    expect(look(late, 6_100)).toEqual({ is: 'absent' })
  })

  // Truxify and others meet themselves as a stranger when an answer gets lost.
  it('that is repeated finds itself, and its lease begins anew', () => {
    const first = claimed()
    const { record, answer } = begin(first, CLAIM, 60)
    expect(grantedOf(answer)).toMatchObject({ fence: first.fence, created: 10, takeover: false })
    expect(record).toEqual({ ...first, lease: 160, expires: 1_160 })
    expect(begin(first, { ...CLAIM, lease: 10 }, 60).record, 'never shorter').toEqual(first)
  })

  it('that is repeated by another is told how long the lease is', () => {
    const held = claimed()
    const { record, answer } = begin(held, { ...CLAIM, run: 'b' }, 60)
    expect(record).toBe(held)
    expect(answer).toEqual({ is: 'running', fence: held.fence, left: 50, created: 10 })
  })

  it.each([
    ['running', () => claimed()],
    ['completed', () => completed()],
    ['unknown', () => abandoned('unknown')],
    ['free', () => abandoned('free')],
  ])('with another payload is a mismatch: %s', (_state, made) => {
    const held = made()
    const { record, answer } = begin(held, { ...CLAIM, run: 'b', fingerprint: 'g' }, 60)
    expect(record).toBe(held)
    expect(answer).toEqual({ is: 'mismatch' })
  })

  it('of a completed key gets its outcome', () => {
    const held = completed()
    const { record, answer } = begin(held, { ...CLAIM, run: 'b' }, 60)
    expect(record).toBe(held)
    const times = { created: 10, settled: 50, expires: 1_050, now: 60 }
    expect(answer).toEqual({ is: 'completed', fence: held.fence, run: 'a', outcome: 'done', ...times })
  })

  it('of the run that completed it gets the outcome too: it does not run again', () => {
    expect(begin(completed(), CLAIM, 60).answer.is).toBe('completed')
  })

  it('takes over what may be repeated, once the lease is over, with its finished steps', () => {
    const first = claimed()
    const noted = note(first, { fence: first.fence, lease: 100, name: 'charge', result: '7' }, 20).record
    expect(begin(noted, { ...CLAIM, run: 'b' }, 119).answer.is).toBe('running')
    const { record, answer } = begin(noted, { ...CLAIM, run: 'b' }, 120)
    const points = { charge: '7' }
    expect(answer).toEqual({ is: 'granted', fence: 120_000, points, created: 10, takeover: true, reconcile: false })
    expect(record).toMatchObject({ run: 'b', claims: 2, lease: 220, created: 10, expires: 1_220, points })
  })

  it('takes over only with a greater fence, whatever the clock says', () => {
    const held = { ...claimed(), fence: 9_999_999 }
    expect(grantedOf(begin(held, { ...CLAIM, run: 'b' }, 200).answer).fence).toBe(10_000_000)
  })

  it('never takes over at-most-once: it ended in the dark', () => {
    const held = claimed(ONCE)
    const { record, answer } = begin(held, { ...ONCE, run: 'b' }, 110)
    expect(record).toBe(held)
    expect(answer).toEqual({ is: 'unknown', created: 10 })
    expect(begin(held, { ...CLAIM, run: 'b' }, 110).answer.is, 'the mode of its run counts').toBe('unknown')
    expect(begin(held, { ...ONCE, run: 'b', reconcile: true }, 109).answer.is, 'not yet').toBe('running')
  })

  it.each([
    ['ended in the dark', () => claimed(ONCE), 110],
    ['was given up as unknown', () => abandoned('unknown', claimed(ONCE)), 60],
    ['was given up as unknown, in another mode', () => abandoned('unknown'), 60],
  ])('is granted to whoever can find out: it %s', (_what, made, now) => {
    const held = made()
    const { record, answer } = begin(held, { ...CLAIM, run: 'b', reconcile: true }, now)
    expect(grantedOf(answer)).toMatchObject({ takeover: true, reconcile: true })
    expect(record, 'and stays unknown, should this one end in the dark too').toMatchObject({
      mode: 'at-most-once',
      reconcile: true,
    })
    expect(begin(record, { ...CLAIM, run: 'b', reconcile: true }, now).answer, 'repeated').toMatchObject({
      is: 'granted',
      reconcile: true,
    })
    expect(begin(record, { ...CLAIM, run: 'c' }, now + 100).answer.is).toBe('unknown')
  })

  it('of a free key goes on with its steps; of a forgotten one with any payload', () => {
    const first = claimed()
    const noted = note(first, { fence: first.fence, lease: 100, name: 's', result: '1' }, 20).record
    const free = abandoned('free', noted)
    expect(grantedOf(begin(free, { ...CLAIM, run: 'b' }, 60).answer)).toMatchObject({
      points: { s: '1' },
      takeover: true,
      reconcile: false,
      fence: 60_000,
    })
    const forgotten = abandoned('forget', noted)
    const { record, answer } = begin(forgotten, { ...CLAIM, run: 'b', fingerprint: 'g' }, 60)
    expect(grantedOf(answer).points).toEqual({})
    expect(record?.fingerprint).toBe('g')
  })

  it.each([
    [{ age: 1_001 }, 'expired'],
    [{ age: 1_000 }, 'granted'],
    [{ born: 8_999 }, 'expired'],
    [{ born: 9_000 }, 'granted'],
    [{ age: 5, born: 0 }, 'granted'],
    [{}, 'granted'],
  ])('of a key that nobody knows and that is %j is %s', (age, is) => {
    const { record, answer } = begin(undefined, { ...CLAIM, ...age }, 10_000)
    expect(answer.is).toBe(is)
    expect(record === undefined).toBe(is === 'expired')
  })

  it('that is old meets a record all the same', () => {
    expect(begin(completed(), { ...CLAIM, run: 'b', age: 5_000 }, 60).answer.is).toBe('completed')
  })

  it('of a key that was forgotten begins from the beginning, but for its fence', () => {
    const held = { ...completed(), fence: 9_999_999, claims: 7, points: { s: '1' } }
    expect(begin(held, { ...CLAIM, run: 'b', age: 5_000 }, 1_050)).toEqual({ record: held, answer: { is: 'expired' } })
    expect(begin(held, { ...CLAIM, run: 'b' }, 1_049).answer.is).toBe('completed')
    const { record, answer } = begin(held, { ...CLAIM, run: 'b' }, 1_050)
    expect(grantedOf(answer)).toMatchObject({ fence: 10_000_000, takeover: false, created: 1_050 })
    expect(grantedOf(answer).points).toEqual({})
    expect(record).toMatchObject({ claims: 1, settled: 0, outcome: '', created: 1_050, expires: 2_150 })
  })
})

describe('a look', () => {
  it.each([
    ['nothing', () => undefined, 60, { is: 'absent' }],
    ['a run', () => claimed(), 60, { is: 'running', fence: 10_000, left: 50, created: 10 }],
    ['a run past its lease', () => claimed(), 200, { is: 'running', fence: 10_000, left: 0, created: 10 }],
    ['a run that nobody may repeat', () => claimed(ONCE), 109, { is: 'running', fence: 10_000, left: 1, created: 10 }],
    ['the same past its lease', () => claimed(ONCE), 110, { is: 'unknown', created: 10 }],
    ['what was given up', () => abandoned('free'), 60, { is: 'free' }],
    ['what was forgotten', () => abandoned('forget'), 60, { is: 'free' }],
    ['what is unknown', () => abandoned('unknown'), 60, { is: 'unknown', created: 10 }],
    ['a free one past its time', () => abandoned('free', claimed(ONCE)), 500, { is: 'free' }],
    ['a result past its time to live', () => completed(), 1_050, { is: 'absent' }],
    ['a free one past its time to live', () => ({ ...abandoned('free'), lease: 9_999 }), 1_110, { is: 'absent' }],
  ])('at %s', (_what, made, now, found) => {
    expect(look(made(), now)).toEqual(found)
  })
})

describe('only who holds the key', () => {
  const commands: readonly [
    string,
    (held: IdempotencyRecord | undefined, fence: number, now: number) => { record: unknown; answer: Held },
  ][] = [
    ['renews', (held, fence, now) => renew(held, { fence, lease: 100 }, now)],
    ['notes', (held, fence, now) => note(held, { fence, lease: 100, name: 's', result: '1' }, now)],
    ['completes', (held, fence, now) => complete(held, { fence, outcome: 'x', ttl: 1_000 }, now)],
    ['gives up', (held, fence, now) => abandon(held, { fence, as: 'forget' }, now)],
  ]

  // Powertools: a zombie's completion overwrites the winner's, its failure deletes it.
  it.each(commands)('%s it', (_what, command) => {
    const held = claimed()
    expect(command(held, held.fence, 60).answer).toEqual({ is: 'kept' })
    expect(command(held, held.fence, 500).answer, 'also past its lease, while nobody took over').toEqual({ is: 'kept' })
    for (const [other, fence] of [
      [held, held.fence - 1],
      [held, held.fence + 1],
      [abandoned('free'), held.fence],
      [abandoned('unknown'), held.fence],
      [undefined, held.fence],
      [completed(), held.fence + 1],
    ] as const) {
      const { record, answer } = command(other, fence, 60)
      expect(record).toBe(other)
      expect(answer).toEqual({ is: 'lost', found: look(other, 60) })
    }
  })

  it('completes it: also when it is told so twice', () => {
    const held = completed()
    expect(complete(held, { fence: held.fence, outcome: 'other', ttl: 9 }, 70)).toEqual({
      record: held,
      answer: { is: 'kept' },
    })
    expect(held).toMatchObject({ state: 'completed', outcome: 'done', settled: 50, expires: 1_050, fingerprint: 'f' })
  })

  it('nothing else is done to what is completed', () => {
    const held = completed()
    const { fence } = held
    expect(renew(held, { fence, lease: 100 }, 60)).toMatchObject({ record: held, answer: { is: 'lost' } })
    expect(abandon(held, { fence, as: 'free' }, 60)).toMatchObject({ record: held, answer: { is: 'lost' } })
  })
})

describe('while it runs', () => {
  it('a heartbeat prolongs the lease, and never shortens it', () => {
    const held = claimed()
    const { fence } = held
    expect(renew(held, { fence, lease: 100 }, 60).record).toEqual({ ...held, lease: 160, expires: 1_160 })
    expect(renew(held, { fence, lease: 10 }, 60).record).toEqual(held)
  })

  it('steps are kept, one result a name, and prolong the lease', () => {
    const held = claimed()
    const { fence } = held
    const one = note(held, { fence, lease: 100, name: 'a', result: '1' }, 60).record
    expect(one).toEqual({ ...held, lease: 160, expires: 1_160, points: { a: '1' } })
    const two = note(one, { fence, lease: 10, name: 'b', result: '2' }, 70).record
    expect(two).toEqual({ ...held, lease: 160, expires: 1_160, points: { a: '1', b: '2' } })
  })

  it('a completion drops the steps and counts the time to live from now', () => {
    const held = claimed()
    const { fence } = held
    const noted = note(held, { fence, lease: 100, name: 'a', result: '1' }, 60).record
    expect(complete(noted, { fence, outcome: 'done', ttl: 500 }, 90).record).toEqual({
      ...held,
      state: 'completed',
      lease: 160,
      points: {},
      outcome: 'done',
      settled: 90,
      expires: 590,
    })
  })

  it.each([
    ['free', { state: 'free', run: '', fingerprint: 'f', points: { a: '1' } }],
    ['forget', { state: 'free', run: '', fingerprint: '', points: {} }],
    ['unknown', { state: 'unknown', run: '', fingerprint: 'f', points: { a: '1' } }],
  ] as const)('given up: %s', (as, after) => {
    const held = claimed()
    const noted = note(held, { fence: held.fence, lease: 1, name: 'a', result: '1' }, 60).record
    expect(abandon(noted, { fence: held.fence, as }, 70)).toEqual({
      record: { ...(noted as IdempotencyRecord), ...after },
      answer: { is: 'kept' },
    })
  })
})

describe('laws', () => {
  const who = fc.constantFrom('a', 'b', 'c')
  const act = fc.record({
    do: fc.constantFrom('begin', 'begin', 'renew', 'note', 'complete', 'abandon'),
    who,
    pause: fc.constantFrom(0, 0.0004, 30, 101),
    as: fc.constantFrom<Abandoned>('free', 'forget', 'unknown'),
    reconcile: fc.boolean(),
  })

  it('fences grow, one holds at a time, a result stays, and nothing is repeated at most once', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40, size: 'max' }), fc.boolean(), (acts, once) => {
        let held: IdempotencyRecord | undefined
        let now = 1
        let top = 0
        let result: string | undefined
        const fences = new Map<string, number>()
        for (const { do: what, who: run, pause, as, reconcile } of acts) {
          now += pause
          const before = held
          const claim: Claim = { ...CLAIM, ttl: 1e6, mode: once ? 'at-most-once' : 'derived-key', run, reconcile }
          const fence = fences.get(run) ?? -1
          if (what === 'begin') {
            const { record, answer } = begin(held, claim, now)
            held = record
            if (answer.is === 'granted') {
              if (answer.fence !== fence) expect(answer.fence).toBeGreaterThan(top)
              top = answer.fence
              fences.set(run, answer.fence)
              if (once && before?.state === 'running' && before.run !== run) expect(answer.reconcile).toBe(true)
            }
          } else if (what === 'renew') held = renew(held, { fence, lease: 100 }, now).record
          else if (what === 'note') held = note(held, { fence, lease: 100, name: run, result: '1' }, now).record
          else if (what === 'abandon') held = abandon(held, { fence, as }, now).record
          else {
            const { record, answer } = complete(held, { fence, outcome: `by ${run}`, ttl: 1e6 }, now)
            held = record
            if (answer.is === 'kept') expect(fence).toBe(top)
          }
          if (result !== undefined) expect(held?.outcome).toBe(result)
          if (held?.state === 'completed') result = held.outcome
          if (before !== held && what !== 'begin') expect(before?.fence).toBe(fence)
          expect(held?.fence ?? 0).toBe(top)
        }
      }),
    )
  })
})
