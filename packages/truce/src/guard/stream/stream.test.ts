import { describe, expect, it, test } from 'vitest'
import { type Attempt, dependency, type DependencyOptions, type OperationOptions } from '../../index.js'
import { countersOf } from '../../telemetry/counters.js'
import { attempts as records, type EventMap } from '../../telemetry/events.js'
import { virtualTime } from '../../testing/index.js'
import { wheelOf } from '../wheel.js'

const DOWN = () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const BROKE = () => Object.assign(new Error('reset'), { code: 'ECONNRESET' })

function setUp(name: string, options: DependencyOptions = {}, call: Partial<OperationOptions> = {}) {
  const time = virtualTime()
  const guarded = dependency(name, { clock: time.clock, random: () => 0.5, concurrency: 1, ...options })
  const operation = guarded.operation('ask', { use: 'stream', effect: 'read', ...call })
  const after = (ms: number): Promise<void> => new Promise((resolve) => void time.clock.alarm(ms, () => resolve()))
  return { time, guarded, operation, after }
}

/** Chunks as a script says: a number is a wait in ms, an error breaks it, anything else is a chunk. */
async function* scripted(after: (ms: number) => Promise<void>, script: readonly unknown[]): AsyncGenerator {
  for (const step of script) {
    if (step instanceof Error) throw step
    if (typeof step === 'number') await after(step)
    else yield step
  }
}

/** Reads to the end. @returns the chunks, and what broke it */
async function readOut(stream: AsyncIterable<unknown>): Promise<{ chunks: unknown[]; error?: unknown }> {
  const chunks: unknown[] = []
  try {
    for await (const chunk of stream) chunks.push(chunk)
    return { chunks }
  } catch (error) {
    return { chunks, error }
  }
}

const NEVER = 10 ** 9

describe('until the first byte', () => {
  test.each<[string, unknown[], unknown]>([
    ['late', [40_000, 'late'], 30_000],
    ['never', [NEVER], 30_000],
    ['broken', [100, BROKE()], 100],
    ['refused', [DOWN()], 0],
  ])('what is %s is repeated', async (_, script, failedAfter) => {
    const { time, operation, after } = setUp('first')
    const starts: number[] = []
    const read = operation.outcome(({ attempt }) => {
      starts.push(time.now())
      return scripted(after, attempt === 1 ? script : ['well'])
    })
    const outcome = await time.run(read)
    expect(outcome).toMatchObject({ ok: true, attempts: 2 })
    expect(starts[1]).toBe((failedAfter as number) + 50)
    expect(outcome.ok && (await readOut(outcome.value))).toEqual({ chunks: ['well'] })
  })

  it('a failing status is judged with the headers: its body is not waited for', async () => {
    const { time, operation } = setUp('status')
    const silent = (status: number) => new Response(new ReadableStream(), { status })
    const outcome = await time.run(operation.outcome(({ attempt }) => (attempt < 3 ? silent(503) : silent(404))))
    expect(outcome).toMatchObject({ ok: false, attempts: 3, class: 'not-found' })
    expect(time.now()).toBeLessThan(1_000)
  })

  it('the source of an attempt that is given up is told to end', async () => {
    const { time, operation } = setUp('told')
    const told: unknown[] = []
    const source = (attempt: Attempt) =>
      attempt.attempt === 1 ? new ReadableStream({ cancel: (reason) => void told.push(reason) }) : new Response('well')
    const response = (await time.run(operation.run(source))) as Response
    expect(await response.text()).toBe('well')
    expect(told).toEqual([expect.objectContaining({ code: 'TRUCE_ATTEMPT_TIMEOUT' })])
  })

  it('a stream that comes after its attempt was given up is cancelled', async () => {
    const { time, operation, after } = setUp('too-late', {}, { attempts: 1 })
    const told: unknown[] = []
    const late = async () => {
      await after(31_000)
      return new ReadableStream({ cancel: (reason) => void told.push(reason) })
    }
    expect(await time.run(operation.outcome(late))).toMatchObject({ ok: false, class: 'timeout' })
    await time.runAll()
    expect(told).toHaveLength(1)
  })

  it('of a hedge and what it hedges the first byte decides; the other one is told to end', async () => {
    const { time, operation, guarded } = setUp('hedge', { concurrency: 2 }, { hedge: { after: 100 } })
    const told: unknown[] = []
    const source = ({ attempt }: Attempt) =>
      attempt === 1
        ? new ReadableStream({ cancel: (reason) => void told.push(reason) })
        : new ReadableStream({ start: (controller) => controller.enqueue('well') })
    const stream = await time.run(operation.run(source))
    expect(time.now()).toBe(100)
    expect(told).toEqual([expect.objectContaining({ code: 'TRUCE_OVERTAKEN' })])
    expect(guarded.state()).toMatchObject({ inFlight: 1 })
    await stream.cancel()
    expect(guarded.state()).toMatchObject({ inFlight: 0 })
  })

  test.each<[string, unknown]>([
    ['a value', { answer: 42 }],
    ['nothing', undefined],
    ['a response without a body', new Response(null, { status: 204 })],
    ['a stream that its function reads', lockedStream()],
    ['a frozen iterable', Object.freeze({ [Symbol.asyncIterator]: () => scripted(async () => {}, []) })],
  ])('%s is over at once, and the same', async (_, value) => {
    const { time, operation, guarded } = setUp('plain')
    expect(await time.run(operation.run(() => value))).toBe(value)
    expect(guarded.state()).toMatchObject({ inFlight: 0 })
    expect(wheelOf(time.clock).size).toBe(0)
  })
})

function lockedStream(): ReadableStream {
  const stream = new ReadableStream()
  stream.getReader()
  return stream
}

describe('after the first byte', () => {
  /** How it ends, when, and what breaker and records hear. */
  test.each<[string, unknown[], { chunks: unknown[]; error?: object }, number, string[]]>([
    ['an end', ['a', 10, 'b'], { chunks: ['a', 'b'] }, 10, []],
    ['an empty end', [], { chunks: [] }, 0, []],
    ['chunks far apart', ['a', 29_000, 'b', 29_000, 'c'], { chunks: ['a', 'b', 'c'] }, 58_000, []],
    [
      'silence',
      ['a', 10, 'b', NEVER],
      { chunks: ['a', 'b'], error: { code: 'TRUCE_ATTEMPT_TIMEOUT', timeout: 30_000 } },
      30_010,
      ['timeout'],
    ],
    ['an error', ['a', 10, BROKE()], { chunks: ['a'], error: { code: 'ECONNRESET' } }, 10, ['unavailable']],
    [
      'the deadline',
      ['a', ...Array.from({ length: 30 }, () => [26_000, 'b']).flat()],
      { chunks: ['a', ...Array(23).fill('b')], error: { code: 'TRUCE_DEADLINE' } },
      600_000,
      ['timeout'],
    ],
  ])('%s ends it, and nothing is repeated', async (_, script, expected, at, told) => {
    const { time, operation, guarded, after } = setUp('after')
    const seen: EventMap['attempt'][] = []
    const off = records.on((record) => void seen.push(record))
    let calls = 0
    let signal: AbortSignal | undefined
    const stream = await time.run(
      operation.run((attempt) => {
        calls++
        signal = attempt.signal
        return scripted(after, script)
      }),
    )
    const read = await time.run(readOut(stream))
    off()
    expect(read).toEqual(expected.error ? { ...expected, error: expect.objectContaining(expected.error) } : expected)
    expect(time.now()).toBe(at)
    expect(calls).toBe(1)
    expect(signal?.aborted, 'given up').toBe(read.error !== undefined && at >= 30_000)
    if (signal?.aborted) expect(signal.reason).toBe(read.error)
    expect(guarded.state()).toMatchObject({ inFlight: 0 })
    expect(wheelOf(time.clock).size).toBe(0)
    expect(seen[0]).toMatchObject({ cause: 'original', outcome: 'ok', stop: 'ok', ms: 0 })
    expect(seen.slice(1).map(({ cause, outcome, stop, ms, attempt }) => [cause, outcome, stop, ms, attempt])).toEqual(
      told.map((outcome) => ['end', outcome, undefined, at, 1]),
    )
  })

  it('a slow reader is not the silence of the dependency', async () => {
    const { time, operation, after } = setUp('slow-reader')
    const stream = await time.run(operation.run(() => scripted(after, ['a', 'b', 'c'])))
    const read = async () => {
      const chunks: unknown[] = []
      for await (const chunk of stream) {
        await after(100_000)
        chunks.push(chunk)
      }
      return chunks
    }
    expect(await time.run(read())).toEqual(['a', 'b', 'c'])
  })

  it('the call is over, the slot is not', async () => {
    const { time, operation, guarded, after } = setUp('slot')
    const stream = await time.run(operation.run(() => scripted(after, ['a', 'b'])))
    expect(countersOf('', 'slot', 'ask').inFlight).toBe(0)
    const next = operation.run(() => 'next')
    await time.settle()
    expect(guarded.state()).toMatchObject({ inFlight: 1, waiting: 1 })
    await time.run(readOut(stream))
    expect(await time.run(next)).toBe('next')
  })

  test.each<[string, (stream: AsyncGenerator) => Promise<unknown>]>([
    [
      'break',
      async (stream) => {
        for await (const chunk of stream) return chunk
      },
    ],
    ['return()', async (stream) => stream.return(undefined)],
    ['throw()', async (stream) => stream.throw(new Error('mine')).catch(() => {})],
  ])('%s gives the slot back and aborts the attempt', async (_, leave) => {
    const { time, operation, guarded } = setUp('leave')
    let attempt: Attempt | undefined
    let tidied = false
    const stream = await time.run(
      operation.run(async function* (given: Attempt) {
        attempt = given
        try {
          yield 'a'
          yield 'b'
        } finally {
          tidied = true
        }
      } as (given: Attempt) => AsyncGenerator),
    )
    await leave(stream)
    expect(tidied).toBe(true)
    expect(attempt?.signal.aborted).toBe(true)
    expect(guarded.state()).toMatchObject({ inFlight: 0 })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect(wheelOf(time.clock).size).toBe(0)
  })

  it('the caller aborts: its own reason, at once, for who reads and for who comes later', async () => {
    for (const reading of [true, false]) {
      const { time, operation, guarded, after } = setUp('abort')
      const controller = new AbortController()
      const fn = () => scripted(after, ['a', NEVER])
      const stream = await time.run(operation.run(fn, { signal: controller.signal }))
      const read = reading ? readOut(stream) : undefined
      await time.settle()
      controller.abort('left')
      expect(guarded.state()).toMatchObject({ inFlight: 0 })
      expect(await (read ?? readOut(stream))).toEqual({ chunks: reading ? ['a'] : [], error: 'left' })
      expect(wheelOf(time.clock).size).toBe(0)
    }
  })

  it('one that is kept unread is given up at the deadline', async () => {
    const { time, operation, guarded, after } = setUp('unread')
    const stream = await time.run(operation.run(() => scripted(after, ['a', 'b'])))
    await time.advance(599_999)
    expect(guarded.state()).toMatchObject({ inFlight: 1 })
    await time.advance(2)
    expect(guarded.state()).toMatchObject({ inFlight: 0 })
    expect((await readOut(stream)).error).toMatchObject({ code: 'TRUCE_DEADLINE' })
  })

  it('the attempt above is given up: so is the stream', async () => {
    const { time, operation, after } = setUp('above')
    const outer = dependency('outer', { clock: time.clock }).operation('page', {
      effect: 'read',
      attempts: 1,
      attemptTimeout: 100,
    })
    let inner: AsyncGenerator | undefined
    const page = outer.outcome(async (context) => {
      inner = await operation.run(() => scripted(after, ['a', NEVER]), { context })
      return readOut(inner)
    })
    const { error } = await time.run(page)
    expect(error).toMatchObject({ code: 'TRUCE_ATTEMPT_TIMEOUT', timeout: 100 })
    expect((await readOut(inner as AsyncGenerator)).error).toBe(error)
  })
})

describe('what the policies learn', () => {
  const breaker = {
    kind: 'count' as const,
    size: 10,
    minimumCalls: 4,
    failureRate: 0.3,
    openRate: 0.5,
    cooldown: 1_000,
  }

  it('each body that breaks is one failure beside the success of its first byte', async () => {
    const { time, operation, guarded, after } = setUp('learns', { breaker, governor: 'none' })
    for (let n = 0; n < 2; n++) {
      expect(guarded.state().breakerState).toBe('closed')
      await time.run(readOut(await time.run(operation.run(() => scripted(after, ['a', BROKE()])))))
    }
    expect(guarded.state().breakerState).toBe('open')
  })

  it('ends by the caller, by its abort or by the deadline are none', async () => {
    const { time, operation, guarded, after } = setUp('silent', { breaker, concurrency: 20 }, { deadline: 20_000 })
    for (let n = 0; n < 10; n++) {
      const controller = new AbortController()
      const stream = await time.run(operation.run(() => scripted(after, ['a', NEVER]), { signal: controller.signal }))
      if (n % 3 === 0) controller.abort()
      else if (n % 3 === 1) await stream.return(undefined)
      else await time.run(readOut(stream))
    }
    expect(guarded.state()).toMatchObject({ breakerState: 'closed', governorLevel: 2 })
  })

  it('a probe answers for itself with its first byte, and keeps no place', async () => {
    const { time, operation, guarded, after } = setUp(
      'probe',
      { breaker: { ...breaker, probes: 1, closeAfter: 1 }, governor: 'none', concurrency: 5 },
      { attempts: 1 },
    )
    for (let n = 0; n < 4; n++) await time.run(operation.outcome(() => Promise.reject(DOWN())))
    expect(guarded.state().breakerState).toBe('open')
    await time.advance(2_000)
    const stream = await time.run(operation.run(() => scripted(after, ['a', BROKE()])))
    expect(guarded.state().breakerState).toBe('closed')
    await time.run(readOut(stream))
    expect(guarded.state().breakerState, 'of another era').toBe('closed')
  })

  it('no budget moves after the first byte; silence moves the governor', async () => {
    const { time, operation, guarded, after } = setUp('budget')
    const stream = await time.run(operation.run(() => scripted(after, ['a', NEVER])))
    const { budgetRemaining, governorLevel } = guarded.state()
    await time.run(readOut(stream))
    expect(guarded.state().governorLevel).toBeLessThan(governorLevel as number)
    expect(guarded.state().budgetRemaining).toBe(budgetRemaining)
  })
})
