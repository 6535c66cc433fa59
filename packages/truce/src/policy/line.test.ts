import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { failure } from './classify.js'
import { endOf, LINE, Line } from './line.js'

const half = () => 0.5

/** Sends as many as may go now. */
function sendAll(line: Line, now: number): number {
  let sent = 0
  while (line.waitAt(now) === 0 && sent < 1_000) {
    line.sent(now)
    sent++
  }
  return sent
}

describe('line', () => {
  it('sends one at a time as a probe, and two more for each success', () => {
    const line = new Line()
    const rounds = []
    for (let round = 0; round < 5; round++) {
      const sent = sendAll(line, round * 100)
      rounds.push(sent)
      for (let n = 0; n < sent; n++) line.succeeded()
    }
    expect(rounds).toEqual([1, 2, 4, 8, 16])
  })

  it('asked too soon says how long; the others wait behind the one that is out', () => {
    const line = new Line()
    expect(sendAll(line, 0)).toBe(1)
    expect(line.waitAt(100)).toBe(LINE.lease - 100)
    expect(sendAll(line, LINE.lease), 'one that never came back no longer holds up the rest').toBe(1)
    expect(sendAll(line, LINE.lease)).toBe(0)
  })

  it('is held back by backoff while probes fail: 1 s × 2 ≤ 30 s, full jitter', () => {
    const line = new Line()
    const waits = []
    let now = 0
    for (let round = 0; round < 7; round++) {
      expect(sendAll(line, now)).toBe(1)
      line.failed(now, half)
      waits.push(line.waitAt(now))
      now += line.waitAt(now)
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
  })

  it('a success ends the backoff and its growth', () => {
    const line = new Line()
    for (const now of [0, 500]) {
      line.sent(now)
      line.failed(now, half)
    }
    line.sent(1_500)
    line.succeeded()
    expect(sendAll(line, 1_500)).toBe(2)
    line.succeeded()
    line.failed(1_500, half)
    expect(line.waitAt(1_500)).toBe(500)
  })

  /** Fails until the wait is 16 s. */
  function fiveFailures(): Line {
    const line = new Line()
    for (let now = 0, n = 0; n < 5; n++) {
      now += line.waitAt(now)
      line.sent(now)
      line.failed(now, half)
    }
    return line
  }

  it('a success of others shortens the wait to the first one, however often it comes, and no more', () => {
    const line = fiveFailures()
    const last = 500 + 1_000 + 2_000 + 4_000
    expect(line.waitAt(last)).toBe(8_000)
    for (let n = 0; n < 100; n++) line.roomReturned()
    expect(line.waitAt(last)).toBe(1_000)
    line.sent(last + 1_000)
    line.failed(last + 1_000, half)
    expect(line.waitAt(last + 1_000)).toBe(15_000)
  })

  it('the breaker that closed ends the wait, not the probing one by one', () => {
    const line = fiveFailures()
    line.reopened()
    expect(sendAll(line, 7_500)).toBe(1)
    line.failed(7_500, half)
    expect(line.waitAt(7_500)).toBe(500)
  })

  it('slow successes let it go on, not grow', () => {
    const line = new Line()
    expect(sendAll(line, 0)).toBe(1)
    for (let round = 0; round < 5; round++) {
      line.succeeded(true)
      expect(sendAll(line, 0)).toBe(1)
    }
    line.succeeded()
    expect(sendAll(line, 0)).toBe(2)
  })

  it('a failure takes back what successes had released; one goes after the wait', () => {
    const line = new Line()
    sendAll(line, 0)
    line.succeeded()
    line.sent(0)
    line.failed(0, half)
    expect([line.waitAt(499), line.waitAt(500)]).toEqual([1, 0])
    expect(sendAll(line, 500)).toBe(1)
  })

  it('a failure while others are out waits for them: they know more', () => {
    const line = new Line()
    sendAll(line, 0)
    line.succeeded()
    expect(sendAll(line, 0)).toBe(2)
    line.failed(0, half)
    expect(line.waitAt(100)).toBe(LINE.lease - 100)
    line.succeeded()
    expect(sendAll(line, 100)).toBe(2)
  })

  it('one that ended without a word gives its turn to another', () => {
    const line = new Line()
    sendAll(line, 0)
    line.released()
    expect(sendAll(line, 0)).toBe(1)
    line.failed(0, half)
    expect(line.waitAt(0), 'nobody else is out').toBe(500)
  })

  // Otherwise a thousand good jobs save up a thousand unpaid attempts for the next outage.
  test.each<[string, (line: Line) => void]>([
    ['after the last one came back', (line) => (line.succeeded(), line.emptied())],
    ['while the last one was out', (line) => (line.emptied(), line.succeeded(), line.emptied())],
  ])('starts anew with one when it ran empty %s', (_, end) => {
    const line = new Line()
    for (let job = 0; job < 1_000; job++) {
      expect(sendAll(line, job)).toBe(1)
      end(line)
    }
  })

  it('whoever comes after it ran empty stands behind the one that is still out', () => {
    const line = new Line()
    line.sent(0)
    line.emptied()
    expect(line.waitAt(100)).toBe(LINE.lease - 100)
    line.released()
    expect(line.waitAt(100)).toBe(0)
  })

  it('never stops for ever, and releases at most two for each success', () => {
    const acts = fc.array(
      fc.tuple(fc.constantFrom('send', 'send', 'succeeded', 'failed', 'released', 'lost'), fc.nat(2_000)),
      {
        maxLength: 100,
      },
    )
    fc.assert(
      fc.property(acts, (steps) => {
        const line = new Line()
        let now = 0
        let out = 0
        let sent = 0
        let allowed = 1
        for (const [act, pause] of steps) {
          now += pause
          if (act === 'send') {
            if (line.waitAt(now) > 0) continue
            line.sent(now)
            out++
            sent++
          } else if (out > 0) {
            out--
            if (act === 'succeeded') line.succeeded()
            else if (act === 'failed') line.failed(now, half)
            else if (act === 'released') line.released()
            allowed += act === 'succeeded' ? 2 : 1
          }
          expect(line.waitAt(now)).toBeLessThanOrEqual(LINE.lease)
          // A lease that ran out allows one as well: one each 30 s.
          expect(sent).toBeLessThanOrEqual(allowed + now / LINE.lease)
        }
        expect(sendAll(line, now + LINE.lease)).toBeGreaterThan(0)
      }),
    )
  })

  it('takes those that went out together and failed together as one round of backoff', () => {
    const line = new Line()
    line.sent(0)
    line.succeeded()
    const together = sendAll(line, 0)
    expect(together).toBe(2)
    for (let n = 0; n < together; n++) line.failed(0, half)
    expect(line.waitAt(0)).toBe(500)
    line.sent(500)
    line.failed(500, half)
    expect(line.waitAt(500)).toBe(1_000)
  })
})

describe('how one that was sent ended', () => {
  it.each([
    ['well', undefined, 399],
    ['slowly', undefined, 400],
    ['well', failure('not-found'), 10],
    ['badly', failure('internal'), 10],
    ['badly', failure('overloaded', 'not-applied', { retryAfter: 300 }), 10],
    ['placed', failure('overloaded', 'not-applied', { retryAfter: 300, slot: true }), 10],
    ['badly', failure('rejected', 'unknown', { answered: false }), 10],
  ] as const)('%s: %o after %d of 800 ms', (end, failed, ms) => expect(endOf(failed, ms, 800)).toBe(end))
})
