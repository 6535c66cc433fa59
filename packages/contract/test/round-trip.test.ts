/**
 * From the document to what its guards do: not their settings are compared, but their attempts, waits and ends.
 */
import fc from 'fast-check'
import { dependency, type DependencyOptions, failure, type OperationOptions, type TransientClass } from 'truce'
import { peer } from 'truce/peer'
import { PROFILE_NAMES, profileNamed } from 'truce/profiles'
import { events } from 'truce/telemetry'
import { scriptedDependency, seeded, type Step, virtualTime } from 'truce/testing'
import { describe, expect, test } from 'vitest'
import { fieldOf, type Schema, schema } from '../src/document/schema.js'
import { guardsOf, parseDocument } from '../src/index.js'
import { allowedBy } from './random-documents.js'

type Fields = Record<string, unknown>

const dependedSchema = fieldOf(fieldOf(schema(), 'depends') as Schema, 'x') as Schema
const operationSchema = fieldOf(fieldOf(dependedSchema, 'operations') as Schema, 'o') as Schema
const without = (of: Schema, ...names: string[]): Schema => ({
  ...of,
  properties: Object.fromEntries(Object.entries(of.properties ?? {}).filter(([name]) => !names.includes(name))),
})

/** What a queue, a fleet or a broker adds is not the guard's. */
const dependeds = allowedBy(
  without(dependedSchema, 'operations', 'url', 'broker', 'deliveries', 'agreed', 'layers'),
) as fc.Arbitrary<Fields>
const operations = fc
  .tuple(
    allowedBy(without(operationSchema, 'connectTimeout', 'partition', 'servedAs')) as fc.Arbitrary<Fields>,
    fc.constantFrom(...PROFILE_NAMES),
  )
  .map(([operation, profile]) => {
    const { idempotency: keys } = operation
    const named = typeof keys === 'object' && keys !== null && 'profile' in keys
    return named ? { ...operation, idempotency: { ...keys, profile } } : operation
  })

const steps = fc.array(
  fc.oneof(
    fc.constant<Step>('ok'),
    fc.constant<Step>('hang'),
    fc.record({ status: fc.constantFrom(503, 500, 409, 429, 404), after: fc.integer({ min: 0, max: 5_000 }) }),
    fc.constant<Step>({ error: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }),
  ),
  { minLength: 1, maxLength: 6 },
)

const fallback = () => 'instead'

/** The same words in code: what of them a guard does not know is left out. */
function byHand(depended: Fields, operation: Fields, instances: number) {
  const { peer: speaks, budget, ...rest } = depended as Fields & { budget?: 'none' | Fields }
  const { scope, ...own } = typeof budget === 'object' ? budget : ({} as Fields)
  const part = scope === 'fleet' ? instances : 1
  const each = (rate: unknown) => {
    if (typeof rate !== 'string') return rate === undefined ? undefined : Number(rate) / part
    const [amount, unit] = rate.split('/')
    return Number(amount) / { s: 1, m: 60, h: 3_600 }[unit as 's' | 'm' | 'h'] / part
  }
  const dependencyOptions = {
    ...rest,
    budget: budget === 'none' ? budget : { ...own, floor: each(own['floor']), max: each(own['max']) },
    ...(speaks === true && { peer }),
  }
  const { idempotency, exhausted, fallback: named, ...others } = operation
  const queue = exhausted === 'pending' || exhausted === 'dead-letter'
  const { window, profile } = (typeof idempotency === 'object' ? idempotency : {}) as Fields
  const keys = { window, profile: typeof profile === 'string' ? profileNamed(profile) : undefined }
  const operationOptions = {
    ...others,
    ...(idempotency !== undefined && { idempotency: idempotency === 'natural' ? idempotency : keys }),
    ...(exhausted !== undefined && { exhausted: queue ? 'fail' : exhausted }),
    ...(named !== undefined && { fallback }),
  }
  return { dependencyOptions, operationOptions }
}

/** Everything that happened, as one text. */
async function happened(
  make: (around: Pick<DependencyOptions, 'clock' | 'random'>) => { run(call: number): Promise<unknown> },
  calls: number,
): Promise<string> {
  const time = virtualTime({ epoch: 0 })
  const seen: unknown[] = []
  const offs = [
    events.on('attempt', ({ call: _call, ...record }) => void seen.push(record)),
    events.on('observation', ({ call: _call, ...observed }) => void seen.push(observed)),
    events.on('breaker', (change) => void seen.push(change)),
  ]
  try {
    const guard = make({ clock: time.clock, random: seeded(7) })
    for (let call = 0; call < calls; call++) {
      seen.push(
        await time.run(guard.run(call)).catch((error: Error) => `${error.name}: ${error.message}`),
        time.clock.now(),
      )
    }
  } finally {
    for (const off of offs) off()
  }
  return JSON.stringify(seen)
}

describe('a guard of a document does what the same words in code do', () => {
  test('for documents at random', { timeout: 120_000 }, async () => {
    let [built, refused] = [0, 0]
    await fc.assert(
      fc.asyncProperty(
        dependeds,
        operations,
        fc.constantFrom(1, 3, 40),
        fc.array(steps, { minLength: 1, maxLength: 4 }),
        async (depended, operation, instances, scripts) => {
          const text = JSON.stringify({
            truce: 1,
            service: 'a',
            instances,
            depends: { x: { ...depended, operations: { o: operation } } },
          })
          const { contract } = parseDocument(text, 'truce.json')
          const { dependencyOptions, operationOptions } = byHand(depended, operation, instances)
          const partition = typeof depended['partition'] === 'object' ? 'p' : depended['partition'] && 'p'
          const cached = operation['exhausted'] as { cached?: { key?: string[] } } | undefined
          const cacheKey = Object.fromEntries((cached?.cached?.key ?? []).map((name) => [name, 's']))
          const drive = (
            clock: DependencyOptions['clock'],
            guard: { outcome: (...all: never[]) => Promise<object> },
          ) => ({
            run: async (call: number) => {
              const scripted = scriptedDependency(scripts[call] ?? ['ok'], { ...(clock && { clock }) })
              const outcome = await guard.outcome(
                ...([
                  scripted.attempt,
                  {
                    key: 'k',
                    ...(partition && { partition }),
                    ...(cached?.cached?.key !== undefined && { cacheKey }),
                  },
                ] as never[]),
              )
              const { value, error, ...rest } = outcome as { value?: unknown; error?: unknown }
              return { ...rest, value: value instanceof Response ? value.status : value, error: String(error) }
            },
          })
          let hand: string | undefined
          let why: unknown
          try {
            hand = await happened((around) => {
              const made = dependency('x', {
                service: 'a',
                instances,
                ...dependencyOptions,
                ...around,
              } as DependencyOptions)
              return drive(around.clock, made.operation('o', operationOptions as unknown as OperationOptions<string>))
            }, scripts.length)
          } catch (error) {
            why = error
          }
          if (hand === undefined) {
            // What the guard refuses, the document's reader has refused, or the guard refuses again with its line.
            refused++
            if (contract === undefined) return
            const build = () =>
              guardsOf<string>(contract, { peer, fallbacks: Object.fromEntries([[operation['fallback'], fallback]]) })
            expect(build, `by hand: ${String(why)}`).toThrow(/^truce\.json:1:\d+: /)
            return
          }
          built++
          expect(contract, `${text} ${JSON.stringify(parseDocument(text, 'truce.json').problems)}`).toBeDefined()
          if (contract === undefined) return
          const document = await happened((around) => {
            const fallbacks = Object.fromEntries([[operation['fallback'], fallback]])
            return drive(around.clock, guardsOf<string>(contract, { peer, fallbacks, ...around }).operation('x.o'))
          }, scripts.length)
          expect(document).toBe(hand)
        },
      ),
      { numRuns: 300 },
    )
    expect(built, `${built} built, ${refused} refused`).toBeGreaterThan(50)
  })
})

describe('the numbers of the document are those that one can observe', () => {
  const alone = 'budget: none, governor: none, breaker: none'
  function guard(operation: string, own = alone) {
    const time = virtualTime()
    const text = `{ truce: 1, service: a, depends: { x: { ${own}, operations: { o: { effect: read, ${operation} } } } } }`
    const { contract, problems } = parseDocument(text, 'truce.yaml')
    expect(problems).toEqual([])
    if (contract === undefined) throw new Error('no contract')
    return { time, contract: guardsOf(contract, { clock: time.clock, random: () => 0.5 }) }
  }

  test('attempts, attempt timeout and waits', async () => {
    const shape = fc.record({
      attempts: fc.integer({ min: 1, max: 6 }),
      attemptTimeout: fc.integer({ min: 10, max: 2_000 }),
      initial: fc.integer({ min: 0, max: 500 }),
      factor: fc.integer({ min: 1, max: 3 }),
      beyond: fc.integer({ min: 0, max: 2_000 }),
    })
    await fc.assert(
      fc.asyncProperty(shape, async ({ attempts, attemptTimeout, initial, factor, beyond }) => {
        const max = initial + beyond
        const { time, contract } = guard(
          `attempts: ${attempts}, attemptTimeout: ${attemptTimeout}ms, deadline: 10h, backoff: { initial: ${initial}ms, factor: ${factor}, max: ${max}ms, jitter: none }`,
        )
        const scripted = scriptedDependency(
          Array.from({ length: attempts + 1 }, () => 'hang' as const),
          { clock: time.clock },
        )
        const { stop } = await time.run(contract.operation('x.o').outcome(scripted.attempt))
        expect(stop).toBe('attempts')
        const starts = scripted.calls.map(({ at }) => at)
        expect(starts).toHaveLength(attempts)
        const gaps = starts.slice(1).map((at, i) => at - (starts[i] ?? 0))
        expect(gaps).toEqual(gaps.map((_, i) => attemptTimeout + Math.min(max, initial * factor ** i)))
      }),
      { numRuns: 50 },
    )
  })

  test('the deadline', async () => {
    const { time, contract } = guard('attemptTimeout: none, deadline: 1234ms')
    const scripted = scriptedDependency(['hang'], { clock: time.clock })
    const { stop } = await time.run(contract.operation('x.o').outcome(scripted.attempt))
    expect([stop, time.clock.now()]).toEqual(['deadline', 1_234])
  })

  test('retryOn', async () => {
    const classes: TransientClass[] = ['timeout', 'unavailable', 'overloaded', 'conflict', 'internal']
    for (const retried of classes) {
      const { time, contract } = guard(`retryOn: [${retried}], backoff: none, attempts: 2`)
      for (const each of classes) {
        const classified = { ...contract.contract }
        let attempts = 0
        const made = guardsOf(classified, { clock: time.clock, classify: { x: () => failure(each, 'not-applied') } })
        await time.run(made.operation('x.o').outcome(() => ++attempts))
        expect(attempts, `${each}, retryOn: [${retried}]`).toBe(each === retried ? 2 : 1)
      }
    }
  })

  test('the longest silence of a stream', async () => {
    const { time, contract } = guard('use: stream, idle: 123ms')
    const silent = () => new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array(3)) }))
    const response = await time.run(contract.operation('x.o').run(silent))
    const error: unknown = await time.run(response.arrayBuffer().catch((thrown: unknown) => thrown))
    expect(error).toMatchObject({ code: 'TRUCE_ATTEMPT_TIMEOUT', timeout: 123 })
  })

  test('concurrency', async () => {
    const { time, contract } = guard('attempts: 1', `${alone}, concurrency: { limit: 2, queue: 1 }`)
    const scripted = scriptedDependency(
      Array.from({ length: 4 }, () => ({ after: 100, value: 1 })),
      { clock: time.clock },
    )
    const all = Array.from({ length: 4 }, () => contract.operation('x.o').outcome(scripted.attempt))
    const stops = (await time.run(Promise.all(all))).map(({ stop }) => stop)
    expect(stops).toEqual(['ok', 'ok', 'ok', 'concurrency'])
    expect(scripted.calls.map(({ at }) => at)).toEqual([0, 0, 100])
  })

  test('the breaker', async () => {
    const { time, contract } = guard(
      'attempts: 1',
      'budget: none, governor: none, breaker: { kind: consecutive, failures: 3 }',
    )
    const stops: string[] = []
    for (let call = 0; call < 5; call++) {
      stops.push((await time.run(contract.operation('x.o').outcome(() => new Response('', { status: 503 })))).stop)
    }
    expect(stops).toEqual(['attempts', 'attempts', 'attempts', 'breaker', 'breaker'])
  })
})
