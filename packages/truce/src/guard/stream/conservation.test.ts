import { getEventListeners } from 'node:events'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Attempt, dependency } from '../../index.js'
import { countersOf } from '../../telemetry/counters.js'
import { attempts as records } from '../../telemetry/events.js'
import { seeded, virtualTime } from '../../testing/index.js'
import { wheelOf } from '../wheel.js'

/** A chunk after so many ms; then an end, an error or silence for good. */
const source = fc.record({
  kind: fc.constantFrom('generator', 'web', 'response', 'readable', 'plain'),
  waits: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
  end: fc.constantFrom('end', 'end', 'error', 'hang'),
  /** Does it end when its signal says so? */
  obeys: fc.boolean(),
})

const caller = fc.record({
  at: fc.integer({ min: 0, max: 100 }),
  sources: fc.array(source, { minLength: 1, maxLength: 3 }),
  /** What the caller does with the stream, chunk by chunk; then it leaves it, or holds it and does nothing. */
  takes: fc.integer({ min: 0, max: 5 }),
  each: fc.integer({ min: 0, max: 80 }),
  last: fc.constantFrom('leave', 'leave twice', 'hold', 'leave while it waits'),
  aborts: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
})

let serial = 0

it('whatever a stream and its reader do, its slot comes back exactly once', async () => {
  const scenario = fc.record({
    limit: fc.integer({ min: 1, max: 3 }),
    callers: fc.array(caller, { minLength: 1, maxLength: 8 }),
    seed: fc.nat(),
  })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ limit, callers, seed }) => {
      const time = virtualTime()
      const name = `streams-${serial++}`
      const guarded = dependency(name, { clock: time.clock, random: seeded(seed), concurrency: { limit, queue: 50 } })
      const operation = guarded.operation('ask', {
        use: 'stream',
        effect: 'read',
        attemptTimeout: 50,
        idle: 40,
        deadline: 1_000,
        backoff: { initial: 5 },
      })
      const after = (ms: number) => new Promise<void>((resolve) => void time.clock.alarm(ms, () => resolve()))
      const signals: AbortSignal[] = []
      const stops: string[] = []
      const off = records.on(({ call, stop }) => void (stop && stops.push(call)))
      let sent = 0

      const all = callers.map(async ({ at, sources, takes, each, last, aborts }) => {
        await after(at)
        const controller = new AbortController()
        signals.push(controller.signal)
        if (aborts !== undefined) time.clock.alarm(aborts, () => controller.abort('left'))
        const fn = (attempt: Attempt) => {
          sent++
          return made(sources[attempt.attempt - 1] ?? (sources.at(-1) as Script), attempt, after)
        }
        const { value } = await operation.outcome<unknown>(fn, { signal: controller.signal })
        const reader = readerOf(value)
        if (!reader) return
        try {
          for (let taken = 0; taken < takes; taken++) {
            if ((await reader.next()).done) return
            await after(each)
          }
          if (last === 'leave while it waits') void reader.next().catch(() => {})
          if (last !== 'hold') await Promise.race([reader.leave(), after(10)])
          if (last === 'leave twice') await Promise.race([reader.leave(), after(10)])
        } catch {
          // It broke, or was given up.
        }
      })
      await time.run(Promise.all(all))
      await time.runAll()
      for (let round = 0; round < 3; round++) await new Promise((resolve) => setImmediate(resolve))
      await time.runAll()
      off()

      // Given back twice, one is missing at the end and it counts below zero; not at all, and it stays above.
      expect(guarded.state()).toMatchObject({ inFlight: 0, waiting: 0 })
      expect(sent).toBe(countersOf('', name, 'ask').attempts)
      expect(wheelOf(time.clock).size).toBe(0)
      expect(countersOf('', name, 'ask').inFlight).toBe(0)
      expect(stops).toHaveLength(callers.length)
      for (const signal of signals) expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    }),
    { numRuns: 150 },
  )
}, 60_000)

type Script = typeof source extends fc.Arbitrary<infer S> ? S : never

function made({ kind, waits, end, obeys }: Script, { signal }: Attempt, after: (ms: number) => Promise<void>): unknown {
  const given = new Promise<never>((_, reject) => {
    if (obeys) signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
  given.catch(() => {})
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const wait of waits) {
      if (wait > 0) await Promise.race([after(wait), given])
      yield new Uint8Array(3)
    }
    if (end === 'error') throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
    if (end === 'hang') await given
  }
  switch (kind) {
    case 'plain':
      return end === 'error' ? Promise.reject(new Error('plain')) : 'plain'
    case 'readable':
      return Readable.from(chunks())
    case 'web':
      return webOf(chunks())
    case 'response':
      return new Response(webOf(chunks()))
    default:
      return chunks()
  }
}

function webOf(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: () => void chunks.return(undefined),
  })
}

interface Reader {
  next(): Promise<{ done?: boolean | undefined }>
  leave(): Promise<unknown>
}

function readerOf(value: unknown): Reader | undefined {
  const stream = value instanceof Response ? value.body : value
  if (stream instanceof ReadableStream) {
    const reader = stream.getReader() as ReadableStreamDefaultReader<unknown>
    return { next: () => reader.read(), leave: () => reader.cancel() }
  }
  if (typeof stream !== 'object' || stream === null) return undefined
  const iterator = (stream as AsyncIterable<unknown>)[Symbol.asyncIterator]()
  return { next: () => iterator.next(), leave: async () => iterator.return?.(undefined) }
}
