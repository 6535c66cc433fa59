import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type * as Truce from '../index.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const fail = () => {
  throw DOWN
}
/** A fresh process-wide bucket for each test. */
let truce: typeof Truce
beforeEach(async () => {
  vi.resetModules()
  truce = await import('../index.js')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => void vi.useRealTimers())

/** How it ended, once all timers have rung. */
async function ended(promise: Promise<unknown>): Promise<unknown> {
  const outcome = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  await vi.runAllTimersAsync()
  return outcome
}

describe('retry()', () => {
  it('slow calls of one function forbid no retries of another', async () => {
    const slow = () => new Promise((done) => setTimeout(done, 400))
    for (let n = 0; n < 8; n++) await ended(truce.retry(slow))
    const once = ({ attempt }: Truce.Attempt) => (attempt === 1 ? fail() : 'done')
    expect(await ended(truce.retry(once, { deadline: 300, backoff: { initial: 10, max: 20 } }))).toEqual({
      value: 'done',
    })
  })

  it('gives what the function gives in the end', async () => {
    let tries = 0
    const flaky = ({ attempt }: Truce.Attempt) => {
      tries++
      if (attempt < 3) throw DOWN
      return attempt
    }
    expect(await ended(truce.retry(flaky))).toEqual({ value: 3 })
    expect(tries).toBe(3)
  })

  it('throws what was thrown last, the same object, and can explain it', async () => {
    expect(await ended(truce.retry(fail))).toEqual({ error: DOWN })
    expect(truce.explain(DOWN)).toMatchObject({ stop: 'attempts', class: 'unavailable', attempts: 3 })
  })

  it('a script that waits for its database gets all its attempts', async () => {
    const fn = vi.fn<() => unknown>(fail)
    await ended(truce.retry(fn, { attempts: 10, deadline: 'none' }))
    expect(fn).toHaveBeenCalledTimes(10)
  })

  it('shares one budget in the whole process: a hundred retries, then one attempt each', async () => {
    const fn = vi.fn<() => unknown>(fail)
    await ended(Promise.allSettled(Array.from({ length: 500 }, () => truce.retry(fn, { backoff: 'none' }))))
    expect(fn, 'though all throw one shared error').toHaveBeenCalledTimes(500 + 100)
    expect(truce.explain(DOWN)?.stop).toBe('budget')
  })

  it('the deadline starts no new attempt and cuts no running one', async () => {
    const slow = () => new Promise((resolve) => setTimeout(resolve, 60_000, 'late'))
    expect(await ended(truce.retry(slow, { deadline: '1s' }))).toEqual({ value: 'late' })
    const slowToFail = vi.fn<() => unknown>(() => new Promise((_, reject) => setTimeout(reject, 900, DOWN)))
    await ended(truce.retry(slowToFail, { deadline: '1s', backoff: { initial: 200, jitter: 'none' } }))
    expect(slowToFail).toHaveBeenCalledOnce()
    expect(truce.explain(DOWN)?.stop).toBe('deadline')
  })

  it('cuts no guard inside it either: its attempts have no end', async () => {
    expect(await ended(truce.retry(({ remaining }) => remaining, { deadline: '1s' }))).toEqual({ value: Infinity })
  })

  it('inside a retry() is a layer below: three attempts, not nine', async () => {
    const fn = vi.fn<() => unknown>(fail)
    await ended(truce.retry(() => truce.retry(fn)))
    expect(fn).toHaveBeenCalledTimes(3)
    expect(truce.explain(DOWN)?.stop).toBe('exhausted-below')
  })

  it('ends with the caller’s abort, in an attempt and in backoff', async () => {
    for (const fn of [() => new Promise<never>(() => {}), fail]) {
      const controller = new AbortController()
      const running = truce.retry(fn, { signal: controller.signal, backoff: { initial: 1_000, jitter: 'none' } })
      await Promise.resolve()
      controller.abort('left')
      expect(await ended(running)).toEqual({ error: 'left' })
    }
  })

  it('leaves permanent failures alone, and classes that were not asked for', async () => {
    const bug = vi.fn<() => unknown>(() => {
      throw new TypeError('x is not a function')
    })
    await ended(truce.retry(bug))
    const down = vi.fn<() => unknown>(fail)
    await ended(truce.retry(down, { retryOn: ['timeout'] }))
    expect([bug.mock.calls.length, down.mock.calls.length]).toEqual([1, 1])
  })

  it('asks the classifiers given', async () => {
    const empty: Truce.Classifier = (rows) => (Array.isArray(rows) && rows.length === 0 ? 'unavailable' : undefined)
    const query = vi.fn<() => unknown>(() => [])
    expect(await ended(truce.retry(query, { classify: empty }))).toEqual({ value: [] })
    expect(query).toHaveBeenCalledTimes(3)
  })
})
