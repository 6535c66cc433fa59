import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { AttemptTimeoutError, type Attempt, dependency } from '../index.js'
import { virtualTime } from '../testing/index.js'
import { wheelOf } from './wheel.js'

const time = virtualTime()
const guarded = dependency('functions', {
  clock: time.clock,
  random: () => 0.5,
  budget: 'none',
  governor: 'none',
  breaker: 'none',
  concurrency: 50,
})
const operation = guarded.operation('call', { effect: 'read', attempts: 2, attemptTimeout: 100 })
const outcome = (fn: (attempt: Attempt) => unknown) => time.run(operation.outcome(fn))

/** Anything can be thrown; a lint rule would forbid the literal. */
const throwing = (thrown: unknown) => () => {
  throw thrown as Error
}
/** A name that a lint rule forbids to write, for what it does. */
const THEN = ['t', 'h', 'e', 'n'].join('')
const thenable = (then: unknown) => ({ [THEN]: then })

describe('what a function may throw', () => {
  it.each([['a string'], [undefined], [null], [0], [Symbol.for('x')], [{ plain: true }]])(
    '%s, handed on identical',
    async (thrown) => {
      expect(await outcome(throwing(thrown))).toMatchObject({
        ok: false,
        stop: 'attempts',
        attempts: 2,
        class: 'internal',
      })
      const caught = await time.run(operation.run(throwing(thrown))).catch((error: unknown) => [error])
      expect(caught).toEqual([thrown])
    },
  )

  it('a frozen error, unchanged', async () => {
    const error = Object.freeze(new Error('frozen'))
    expect((await outcome(throwing(error))).error).toBe(error)
  })

  it('an error whose every field throws', async () => {
    const hostile = new Proxy(new Error('x'), { get: throwing(new Error('no')), has: throwing(new Error('no')) })
    const result = await outcome(throwing(hostile))
    expect(result.stop).toBe('attempts')
    expect(result.error === hostile).toBe(true)
  })

  it('a proxy that claims to be everything', async () => {
    const claims = new Proxy({}, { has: () => true, get: throwing(new Error('no')) })
    expect((await outcome(throwing(claims as Error))).error === claims).toBe(true)
  })

  it('an AbortError of its own: nobody left, and it is not repeated', async () => {
    const error = new DOMException('gave up', 'AbortError')
    expect(await outcome(throwing(error))).toMatchObject({ stop: 'aborted', class: 'aborted', error, attempts: 1 })
  })
})

describe('what a function may return', () => {
  it.each([[5], [undefined], [null], ['text'], [false], [[1, 2]]])('no promise: %s', async (value) => {
    expect(await outcome(() => value)).toMatchObject({ ok: true, value })
  })

  it('a thenable that behaves', async () => {
    expect(await outcome(() => thenable((done: (value: number) => void) => done(7)))).toMatchObject({
      ok: true,
      value: 7,
    })
  })

  it('a thenable that calls both and calls again: the first word counts', async () => {
    const both = thenable((done: (value: number) => void, failed: (error: unknown) => void) => {
      done(1)
      failed(new Error('too late'))
      done(2)
    })
    expect(await outcome(() => both)).toMatchObject({ ok: true, value: 1, attempts: 1 })
  })

  it('a thenable whose then throws, or cannot be read', async () => {
    const error = new Error('no')
    expect(await outcome(() => thenable(throwing(error)))).toMatchObject({ error, attempts: 2 })
    expect(await outcome(() => Object.defineProperty({}, THEN, { get: throwing(error) }))).toMatchObject({ error })
  })

  it('a subclass of Promise whose then throws', async () => {
    const error = new Error('lazy')
    class Lazy extends Promise<number> {}
    Reflect.defineProperty(Lazy.prototype, THEN, { value: throwing(error) })
    expect(await outcome(() => new Lazy(() => {}))).toMatchObject({ ok: false, error, attempts: 2 })
    expect(guarded.state().inFlight).toBe(0)
  })

  it('an object that nobody may read', async () => {
    const hostile = new Proxy({}, { get: (_, name) => (name === 'then' ? undefined : throwing(new Error('no'))()) })
    expect((await outcome(() => hostile)).ok).toBe(true)
  })
})

describe('when a function answers', () => {
  it('never: its timeout ends it', async () => {
    const result = await outcome(() => new Promise(() => {}))
    expect(result).toMatchObject({ ok: false, stop: 'attempts', attempts: 2, class: 'timeout' })
    expect(result.error).toBeInstanceOf(AttemptTimeoutError)
  })

  it('after its timeout, with a value or an error: nobody hears of it', async () => {
    const unhandled = vi.fn<() => unknown>()
    process.on('unhandledRejection', unhandled)
    const late: (() => void)[] = []
    const slow = await outcome(() => new Promise((resolve) => late.push(() => resolve('late'))))
    const failed = await outcome(() => new Promise((_, reject) => late.push(() => reject(new Error('late')))))
    for (const settle of late) settle()
    await time.advance(1_000)
    process.off('unhandledRejection', unhandled)
    for (const result of [slow, failed]) expect(result.error).toBeInstanceOf(AttemptTimeoutError)
    expect(late).toHaveLength(4)
    expect(unhandled).not.toHaveBeenCalled()
    expect(guarded.state().inFlight).toBe(0)
    expect(wheelOf(time.clock).size).toBe(0)
  })

  it('late, while the retry runs: the retry’s answer counts', async () => {
    let late: (value: string) => void = () => {}
    const result = await outcome(({ attempt }) =>
      attempt === 1 ? new Promise<string>((resolve) => (late = resolve)) : (late('of attempt 1'), 'of attempt 2'),
    )
    expect(result).toMatchObject({ ok: true, value: 'of attempt 2', attempts: 2 })
  })
})

describe('what a function is given', () => {
  it('number, time left, headers and signal, each only when read', async () => {
    const made = vi.spyOn(globalThis, 'AbortController')
    await outcome(() => 1)
    expect(made).not.toHaveBeenCalled()
    made.mockRestore()
    const seen: unknown[] = []
    await time.run(
      operation.run(
        ({ attempt, remaining, headers, signal, id }) => {
          seen.push({ attempt, remaining, headers, aborted: signal.aborted, ends: id.endsWith(`#${attempt}`) })
          if (attempt === 1) throw new Error('once')
        },
        { key: 'k', deadline: 120 },
      ),
    )
    expect(seen).toEqual([
      { attempt: 1, remaining: 95, headers: { 'idempotency-key': 'k' }, aborted: false, ends: true },
      { attempt: 2, remaining: 0.95 * 70, headers: { 'idempotency-key': 'k' }, aborted: false, ends: true },
    ])
  })

  it('a signal that aborts with the timeout’s error, and never after a success', async () => {
    const reasons: unknown[] = []
    const signals: AbortSignal[] = []
    const result = await outcome(({ attempt, signal }) => {
      signals.push(signal)
      signal.addEventListener('abort', () => reasons.push(signal.reason))
      return attempt === 1 ? new Promise(() => {}) : 'ok'
    })
    await time.advance(10_000)
    expect(result.ok).toBe(true)
    expect(reasons).toEqual([expect.any(AttemptTimeoutError)])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  })
})

describe('what a function is given', () => {
  it('says to a log which attempt it is, and nothing of what its call hangs on', async () => {
    const logged: unknown[] = []
    await outcome((attempt) => {
      logged.push(JSON.parse(JSON.stringify({ attempt })), inspect(attempt))
      if (attempt.attempt === 1) throw new Error('boom')
    })
    const { id } = (logged[0] as { attempt: Attempt }).attempt
    const [call] = id.split('#')
    expect(id).toMatch(/#1$/)
    const records = [1, 2].map((attempt) => ({ id: `${call}#${attempt}`, attempt }))
    expect(logged).toEqual(records.flatMap((attempt) => [{ attempt }, inspect(attempt)]))
  })
})
