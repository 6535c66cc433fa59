import { describe, expect, it } from 'vitest'
import { dependency, type OperationOptions, retry, type RunOptions } from '../../index.js'
import { createFetch } from '../../http/index.js'
import { OF_DEPENDENCY, OF_OPERATION, OF_RUN } from './names.js'

const inventory = dependency('advice')
const read = inventory.operation('read', { effect: 'read' })
const places = {
  'dependency()': (options: object) => void dependency('x', options),
  'dependency().operation()': (options: object) =>
    void inventory.operation('x', { effect: 'read', ...options } as OperationOptions),
  'dependency().operation().run()': (options: object) => void read.run(() => 1, options as RunOptions),
}

function message(give: () => unknown): string {
  try {
    give()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

describe('advice', () => {
  it.each([
    ['dependency()', OF_DEPENDENCY],
    ['dependency().operation()', OF_OPERATION],
    ['dependency().operation().run()', OF_RUN],
  ] as const)('each name that %s knows is one that it reads', (place, options) => {
    for (const option of options) expect(message(() => places[place]({ [option]: undefined }))).not.toContain('no such')
    expect(message(() => places[place]({ nothingLikeIt: 1 }))).toContain(`there are ${options.join(', ')}`)
  })

  const operation = places['dependency().operation()']
  const retried = (options: object) => void retry(() => 1, options)
  const rows: readonly (readonly [(options: object) => void, object, string])[] = [
    [operation, { timeout: 5 }, 'here it is attemptTimeout or deadline'],
    [operation, { maxRetries: 2 }, 'here it is attempts (retries + 1)'],
    [operation, { maxAttempts: 2 }, 'here it is attempts'],
    [operation, { minTimeout: 2 }, 'here it is backoff.initial'],
    [operation, { backoff: { maxTimeout: 2 } }, 'here it is max'],
    [operation, { threshold: 2 }, 'breaker.failureRate is an option of dependency()'],
    [operation, { idempotencyKey: 'k' }, 'key is an option of dependency().operation().run()'],
    [operation, { fallbackFn: 'k' }, 'here it is fallback'],
    [places['dependency()'], { resetTimeout: 2 }, 'here it is breaker.cooldown'],
    [places['dependency()'], { breaker: { errorThresholdPercentage: 50 } }, 'here it is failureRate'],
    [places['dependency()'], { capacity: 2 }, 'here it is concurrency'],
    [
      places['dependency()'],
      { deadline: 2 },
      'deadline is an option of dependency().operation() and dependency().operation().run()',
    ],
    [places['dependency()'], { timeout: 2 }, 'attemptTimeout or deadline is an option of dependency().operation()'],
    [retried, { attemptTimeout: 2 }, 'attemptTimeout is an option of dependency().operation()'],
    [retried, { idempotencyKey: 2 }, 'key is an option of dependency().operation().run()'],
    [(options) => void createFetch(options as never), { retry: 2 }, 'here it is attempts (retries + 1)'],
    // Not every word has a place: what the answer depends on has names of its own.
    [operation, { backoff: { key: 2 } }, 'there are initial, factor'],
    [operation, { constructor: 2 }, 'there are use'],
  ]
  it.each(rows)('%# %o', (give, options, said) => {
    expect(message(() => give(options))).toContain(`no such option; ${said}`)
  })
})
