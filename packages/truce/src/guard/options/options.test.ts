import { describe, expect, it, vi } from 'vitest'
import {
  dependency,
  type DependencyOptions,
  type OperationOptions,
  OptionError,
  retry,
  type RetryOptions,
  type RunOptions,
} from '../../index.js'
import { createFetch, type FetchOptions } from '../../http/index.js'

const inventory = dependency('options')
const read = inventory.operation('read', { effect: 'read' })
const starts = [
  (fn: () => unknown, options?: RunOptions) => read.run(fn, options),
  (fn: () => unknown, options?: RunOptions) => read.outcome(fn, options),
]

/** The error of what a JavaScript caller without types may write. */
function refusal(make: () => unknown): OptionError {
  try {
    make()
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError)
    return error as OptionError
  }
  throw new Error('nothing was thrown')
}

const LIMITLESS = 'finite'
const ofDependency: [string, unknown, string, string][] = [
  ['concurrency.limit', { concurrency: 0 }, '0', 'at least 1'],
  ['concurrency.limit', { concurrency: 1.5 }, '1.5', 'whole number'],
  ['concurrency.limit', { concurrency: Number.NaN }, 'NaN', 'whole number'],
  ['concurrency.limit', { concurrency: { queue: 5 } }, 'undefined', 'whole number'],
  ['concurrency', { concurrency: null }, 'null', 'limit, queue'],
  ['concurrency', { concurrency: [5] }, '[5]', 'limit, queue'],
  ['concurrency.queue', { concurrency: { limit: 1, queue: -1 } }, '-1', 'at least 0'],
  ['budget', { budget: null }, 'null', 'ratio'],
  ['budget.ratio', { budget: { ratio: 2 } }, '2', '0 to 1'],
  ['budget.ratio', { budget: { ratio: '200%' } }, '"200%"', '0%'],
  ['budget.max', { budget: { max: '5 per second' } }, '"5 per second"', '200/s'],
  ['budget.floor', { budget: { floor: Infinity } }, 'Infinity', LIMITLESS],
  ['governor', { governor: {} }, '{}', "'none'"],
  ['breaker', { breaker: null }, 'null', 'kind'],
  ['breaker', { breaker: 'off' }, '"off"', 'kind'],
  ['breaker.kind', { breaker: { kind: 'rolling' } }, '"rolling"', "'time'"],
  ['breaker.failures', { breaker: { kind: 'consecutive', failures: 0 } }, '0', 'at least 1'],
  ['breaker.openRate', { breaker: { failureRate: 0.9, openRate: 0.5 } }, '0.5', 'breaker.failureRate'],
  ['breaker.minimumCalls', { breaker: { kind: 'count', size: 5, minimumCalls: 9 } }, '9', 'breaker.size'],
  ['breaker.window', { breaker: { window: 0 } }, '0', 'more than 0'],
  ['breaker.window', { breaker: { window: Infinity } }, 'Infinity', LIMITLESS],
  ['breaker.closeAfter', { breaker: { probes: 1, closeAfter: 2 } }, '2', 'breaker.probes'],
  ['breaker.cooldown', { breaker: { cooldown: '5 seconds' } }, '"5 seconds"', "'800ms'"],
  ['breaker.cooldownMax', { breaker: { cooldown: 50, cooldownMax: 5 } }, '5', 'breaker.cooldown'],
  ['breaker.failures', { breaker: { failures: 2 } }, '2', "kind 'time'"],
  ['breaker.window', { breaker: { kind: 'consecutive', window: '5s' } }, '"5s"', "kind 'consecutive'"],
  ['budget.ratio', { budget: { ratio: 0 } }, '0', 'attempts: 1'],
  ['breaker.coldown', { breaker: { coldown: 5 } }, '5', 'did you mean cooldown?'],
  ['instances', { instances: 0 }, '0', 'at least 1'],
  ['service', { service: '' }, '""', 'non-empty'],
  ['layer', { layer: 7 }, '7', 'non-empty'],
  ['inherit', { inherit: 'yes' }, '"yes"', 'true or false'],
  ['mode', { mode: 'dry-run' }, '"dry-run"', "'observe'"],
  ['classify', { classify: 'timeout' }, '"timeout"', 'a function'],
  ['classify', { classify: null }, 'null', 'a function'],
  ['classify', { classify: [undefined] }, 'undefined', 'a function'],
  ['clock', { clock: null }, 'null', 'virtualTime()'],
  ['clock', { clock: { now: () => 0 } }, '{}', 'virtualTime()'],
  ['random', { random: 4 }, '4', 'seeded(7)'],
  ['dependency.concurency', { concurency: 5 }, '5', 'did you mean concurrency?'],
  ['dependency', null, 'null', 'an object'],
  ['dependency', [], '[]', 'an object'],
  ['dependency', 'fast', '"fast"', 'an object'],
]

const ofOperation: [string, unknown, string, string][] = [
  ['effect', undefined, 'undefined', "'read', 'write'"],
  ['effect', {}, 'undefined', "'read', 'write'"],
  ['effect', { effect: 'delete' }, '"delete"', "'write'"],
  ['use', { effect: 'read', use: 'toString' }, '"toString"', "'interactive'"],
  ['attempts', { effect: 'read', attempts: 0 }, '0', 'at least 1'],
  ['attempts', { effect: 'read', attempts: Infinity }, 'Infinity', 'whole number'],
  ['attempts', { effect: 'read', attempts: '3' }, '"3"', 'whole number'],
  ['attemptTimeout', { effect: 'read', attemptTimeout: '5 seconds' }, '"5 seconds"', "'2s'"],
  ['attemptTimeout', { effect: 'read', attemptTimeout: 0 }, '0', "'none'"],
  ['attemptTimeout', { effect: 'read', attemptTimeout: -1 }, '-1', 'a duration'],
  ['deadline', { effect: 'read', deadline: Number.NaN }, 'NaN', 'a duration'],
  ['deadline', { effect: 'read', deadline: null }, 'null', 'a duration'],
  ['backoff', { effect: 'read', backoff: null }, 'null', 'initial'],
  ['backoff.initial', { effect: 'read', backoff: { initial: Infinity } }, 'Infinity', LIMITLESS],
  ['backoff.max', { effect: 'read', backoff: { max: Infinity } }, 'Infinity', LIMITLESS],
  ['backoff.max', { effect: 'read', backoff: { initial: 10, max: 5 } }, '5', 'backoff.initial (10 ms)'],
  ['backoff.factor', { effect: 'read', backoff: { factor: 0.5 } }, '0.5', 'at least 1'],
  ['backoff.jitter', { effect: 'read', backoff: { jitter: 'some' } }, '"some"', "'full'"],
  ['backoff.intial', { effect: 'read', backoff: { intial: 5 } }, '5', 'did you mean initial?'],
  ['retryOn', { effect: 'read', retryOn: 'timeout' }, '"timeout"', 'an array'],
  ['retryOn', { effect: 'read', retryOn: ['invalid'] }, '"invalid"', "'timeout'"],
  ['risk', { effect: 'read', risk: 'medium' }, '"medium"', "'low'"],
  ['idempotency', { effect: 'write', idempotency: 'yes' }, '"yes"', 'window'],
  ['idempotency.window', { effect: 'write', idempotency: { window: 'a day' } }, '"a day"', "'72h'"],
  ['owner', { effect: 'read', owner: '' }, '""', 'non-empty'],
  ['mode', { effect: 'read', mode: true }, 'true', "'enforce'"],
  ['operation.retries', { effect: 'read', retries: 3 }, '3', 'here it is attempts (retries + 1)'],
  ['operation.atempts', { effect: 'read', atempts: 3 }, '3', 'did you mean attempts?'],
  ['operation.colour', { effect: 'read', colour: 3 }, '3', 'there are use, effect, attempts'],
  ['hedge', { effect: 'read', attempts: 1, hedge: { after: 5 } }, 'after', 'attempts: 1'],
  ['hedge.after', { effect: 'read', attemptTimeout: 100, hedge: { after: 100 } }, '100', 'less than the 100 ms'],
  ['hedge.after', { effect: 'read', use: 'interactive', hedge: { after: '1s' } }, '"1s"', 'less than the 800 ms'],
  ['hedge.after', { effect: 'read', attemptTimeout: { max: 90 }, hedge: { after: 90 } }, '90', 'less than the 90 ms'],
  [
    'hedge.after',
    { effect: 'read', attemptTimeout: 'none', deadline: '1s', hedge: { after: '2s' } },
    '"2s"',
    'less than the 1000 ms',
  ],
  ['operation', [], '[]', 'an object'],
]

const ofRun: [string, unknown, string, string][] = [
  ['key', { key: '' }, '""', 'printable ASCII'],
  ['key', { key: 'über' }, '"über"', 'printable ASCII'],
  ['key', { key: 'k\r\nx-admin: 1' }, '\\r\\n', 'printable ASCII'],
  ['key', { key: 'x'.repeat(256) }, '…', '1 to 255'],
  ['key', { key: 5 }, '5', 'printable ASCII'],
  ['age', { age: 'old' }, '"old"', 'a duration'],
  ['deadline', { deadline: -5 }, '-5', 'a duration'],
  ['deadline', { deadline: Number.NaN }, 'NaN', 'a duration'],
  ['signal', { signal: {} }, '{}', 'an AbortSignal'],
  ['signal', { signal: new AbortController() }, 'of class AbortController', 'an AbortSignal'],
  ['context', { context: { deadline: 5 } }, 'deadline', 'the attempt'],
  ['context', { context: { join: () => true } }, '{}', 'the attempt'],
  ['urgency', { urgency: 'high' }, '"high"', "'background'"],
  ['replayable', { replayable: 0 }, '0', 'true or false'],
  ['run.kye', { kye: 'order_1' }, '"order_1"', 'did you mean key?'],
  ['run', null, 'null', 'an object'],
  ['run', 'key', '"key"', 'an object'],
]

const ofRetry: [string, unknown, string, string][] = [
  ['attempts', { attempts: -1 }, '-1', 'at least 1'],
  ['deadline', { deadline: 'soon' }, '"soon"', 'a duration'],
  ['backoff.factor', { backoff: { factor: Number.NaN } }, 'NaN', 'at least 1'],
  ['retryOn', { retryOn: [5] }, '5', "'timeout'"],
  ['signal', { signal: 'stop' }, '"stop"', 'an AbortSignal'],
  ['retry.retries', { retries: 3 }, '3', 'here it is attempts (retries + 1)'],
  ['retry.key', { key: 'k' }, '"k"', 'key is an option of dependency().operation().run()'],
  ['retry.attemptTimeout', { attemptTimeout: 5 }, '5', 'attemptTimeout is an option of dependency().operation()'],
  ['retry.timeout', { timeout: 5 }, '5', 'here it is deadline'],
  ['retry', null, 'null', 'an object'],
  ['retry', 5, '5', 'an object'],
]

describe('a wrong option throws at once, naming it, its value and what is allowed', () => {
  it.each(ofDependency)('dependency: %s of %o', (option, options, value, allowed) => {
    const error = refusal(() => dependency('x', options as DependencyOptions))
    expect([error.option, error.code]).toEqual([option, 'TRUCE_OPTION'])
    expect(error.message).toContain(`option ${option} is `)
    expect(error.message).toContain(value)
    expect(error.message.split('allowed: ')[1]).toContain(allowed)
  })

  it.each(ofOperation)('operation: %s of %o', (option, options, value, allowed) => {
    const error = refusal(() => inventory.operation('x', options as OperationOptions))
    expect(error.option).toBe(option)
    expect(error.message).toContain(value)
    expect(error.message.split('allowed: ')[1]).toContain(allowed)
  })

  it.each(ofRun)('run: %s of %o, and the function is not called', (option, options, value, allowed) => {
    const fn = vi.fn<() => unknown>()
    for (const start of starts) {
      const error = refusal(() => void start(fn, options as RunOptions))
      expect(error.option).toBe(option)
      expect(error.message).toContain(value)
      expect(error.message.split('allowed: ')[1]).toContain(allowed)
    }
    expect(fn).not.toHaveBeenCalled()
  })

  it.each(ofRetry)('retry: %s of %o, and the function is not called', (option, options, value, allowed) => {
    const fn = vi.fn<() => unknown>()
    const error = refusal(() => void retry(fn, options as RetryOptions))
    expect(error.option).toBe(option)
    expect(error.message).toContain(value)
    expect(error.message.split('allowed: ')[1]).toContain(allowed)
    expect(fn).not.toHaveBeenCalled()
  })

  it.each([undefined, null, 5, Promise.resolve()])('what is no function: %s', (fn) => {
    for (const start of [...starts, retry]) {
      expect(refusal(() => void start(fn as unknown as () => void)).option).toBe('fn')
    }
  })

  it.each(['', undefined, 5])('what is no name: %s', (name) => {
    expect(refusal(() => dependency(name as string)).option).toBe('name of the dependency')
    expect(refusal(() => inventory.operation(name as string, { effect: 'read' })).option).toBe('name of the operation')
  })

  it('a partition that is not said, with the operation that needs it', () => {
    const sharded = dependency('x', { partition: 'shard' }).operation('reserve', { effect: 'read' })
    for (const options of [undefined, {}, { partition: undefined }]) {
      const { message } = refusal(() => void sharded.run(() => 1, options))
      expect(message).toBe(
        "option partition is undefined; allowed: a string that says which host, tenant or shard 'reserve' is for: run(fn, { partition })",
      )
    }
    expect(refusal(() => void sharded.run(() => 1, { partition: '' })).message).toContain('non-empty')
  })

  it('no options where there must be some', () => {
    const { message } = refusal(() => createFetch(undefined as never))
    expect(message).toContain('option createFetch is undefined; allowed: an object with dependency')
    const cached = { effect: 'read', exhausted: { cached: undefined } }
    expect(refusal(() => inventory.operation('x', cached as never)).message).toContain('cached is undefined')
  })

  it('a value that cannot be shown does not hide the error', () => {
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    for (const mode of [cyclic, () => {}, Symbol('x'), 10n, { toJSON() {} }]) {
      expect(refusal(() => dependency('x', { mode: mode as never })).option).toBe('mode')
    }
  })
})

describe('options that say nothing', () => {
  it('fields that are undefined count as left out', async () => {
    const unsaid = Object.fromEntries(
      [
        'service',
        'layer',
        'instances',
        'concurrency',
        'budget',
        'governor',
        'breaker',
        'classify',
        'inherit',
        'mode',
        'clock',
        'random',
      ].map((name) => [name, undefined]),
    )
    const operation = dependency('x', unsaid).operation('x', {
      effect: 'read',
      attempts: undefined as never,
      backoff: undefined as never,
    })
    expect(await operation.run(() => 1, { signal: undefined as never, key: undefined as never })).toBe(1)
  })

  it('options that may be undefined can be handed on as they are', async () => {
    const given: { key?: string; signal?: AbortSignal; attempts?: number } = {}
    const { key, signal, attempts } = given
    expect(await read.run(() => 1, { key, signal } satisfies RunOptions)).toBe(1)
    expect(await retry(() => 1, { signal, attempts } satisfies RetryOptions)).toBe(1)
    const fetchOptions = {
      dependency: inventory,
      fetch: undefined,
      dispatcher: undefined,
      attempts,
      fallback: undefined,
    }
    expect(createFetch(fetchOptions satisfies FetchOptions)).toBeTypeOf('function')
  })

  it('a hedge without an end in sight', () => {
    const endless = { effect: 'read', attemptTimeout: 'none', deadline: 'none' } as const
    expect(inventory.operation('x', { ...endless, hedge: { after: '72h' } }).name).toBe('x')
    expect(inventory.operation('x', { effect: 'read', hedge: { after: { quantile: 0.95 } } }).name).toBe('x')
  })

  it('a signal that is null is none, as for fetch', async () => {
    expect(await read.run(() => 1, { signal: null as never })).toBe(1)
    expect(await retry(() => 1, { signal: null as never })).toBe(1)
  })

  it('time without a limit has a word, and Infinity means the same', async () => {
    for (const deadline of ['none', Infinity] as const) {
      const operation = inventory.operation('x', { effect: 'read', deadline, attemptTimeout: 'none' })
      expect(await operation.run(({ remaining }) => remaining)).toBe(Infinity)
      expect(await operation.run(({ remaining }) => remaining, { deadline: Infinity })).toBe(Infinity)
    }
  })

  it('options changed later change nothing', async () => {
    const options: OperationOptions = { effect: 'write', attempts: 1 }
    const operation = dependency('x').operation('x', options)
    options.attempts = 9
    const outcome = await operation.outcome(() =>
      Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })),
    )
    expect(outcome).toMatchObject({ attempts: 1, stop: 'attempts' })
  })
})
