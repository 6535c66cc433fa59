import { describe, expect, it } from 'vitest'
import { type Attempt, dependency, type DependencyOptions, explain, type Operation, retry } from '../index.js'
import { virtualTime } from '../testing/index.js'

const time = virtualTime()
let serial = 0

/** A layer of three attempts that nothing but their number bounds. */
function layer(options: DependencyOptions = {}, owner?: string): Operation {
  return dependency(`layers-${serial++}`, {
    clock: time.clock,
    random: () => 0.5,
    budget: 'none',
    governor: 'none',
    breaker: 'none',
    ...options,
  }).operation('call', { effect: 'read', attempts: 3, ...(owner && { owner }) })
}

type Nest = (inner: Operation, fn: () => unknown) => (attempt: Attempt) => unknown
const nests: readonly (readonly [string, Nest, DependencyOptions])[] = [
  ['an explicit context', (inner, fn) => (attempt) => inner.run(fn, { context: attempt }), {}],
  ['no context', (inner, fn) => () => inner.run(fn), {}],
  ['inheritance', (inner, fn) => () => inner.run(fn), { inherit: true }],
]

describe.each(nests)('k layers of n attempts make n, with %s', (_, nest, options) => {
  it.each([2, 3])('%i layers', async (layers) => {
    let attempts = 0
    const error = new Error('down')
    let fn: (attempt: Attempt) => unknown = () => {
      attempts++
      throw error
    }
    for (let n = 1; n < layers; n++) fn = nest(layer(options), fn as () => unknown)
    const outcome = await time.run(layer(options).outcome(fn))
    expect(attempts).toBe(3)
    expect(outcome).toMatchObject({ ok: false, error, stop: 'exhausted-below', class: 'exhausted', attempts: 1 })
  })

  it('an answer that is handed up as a value counts as well', async () => {
    let attempts = 0
    const inner = layer(options)
    const outcome = await time.run(
      layer(options).outcome(nest(inner, () => (attempts++, new Response('no', { status: 503 })))),
    )
    expect(attempts).toBe(3)
    expect(outcome).toMatchObject({ ok: false, stop: 'exhausted-below', error: undefined })
    expect(outcome.value).toBeInstanceOf(Response)
  })

  it('a layer that wraps the error, keeping its cause, is understood', async () => {
    let attempts = 0
    const inner = nest(layer(options), () => {
      attempts++
      throw new Error('down')
    })
    const wrapping = async (attempt: Attempt) => {
      try {
        return await inner(attempt)
      } catch (cause) {
        throw new Error('stock unknown', { cause })
      }
    }
    await expect(time.run(layer(options).run(wrapping))).rejects.toThrow('stock unknown')
    expect(attempts).toBe(3)
  })

  it('a layer that makes up for the failure below is not failed', async () => {
    const inner = nest(layer(options), () => {
      throw new Error('down')
    })
    const value = await time.run(
      layer(options).run(async (attempt) => {
        try {
          return await inner(attempt)
        } catch (cause) {
          return { value: 'cached', cause }
        }
      }),
    )
    expect(value).toMatchObject({ value: 'cached' })
  })
})

describe('a shared error object', () => {
  it('does not stay exhausted: a later call that throws it is retried', async () => {
    const shared = new Error('one for all')
    const fail = () => {
      throw shared
    }
    const operation = layer()
    await time.run(operation.outcome(() => layer().run(fail)))
    expect(await time.run(operation.outcome(fail))).toMatchObject({ stop: 'attempts', attempts: 3 })
  })
})

describe('concurrent calls that share one rejection', () => {
  it('are each retried', async () => {
    const operation = layer()
    let shared: Promise<never> | undefined
    const batched = () => {
      shared ??= Promise.reject(new Error('of the batch'))
      return shared
    }
    const outcomes = await time.run(Promise.all([operation.outcome(batched), operation.outcome(batched, { key: 'k' })]))
    expect(outcomes.map(({ stop, attempts }) => [stop, attempts])).toEqual([
      ['attempts', 3],
      ['attempts', 3],
    ])
  })
})

describe('owners', () => {
  it('one declared above makes lower layers try once, unmarked, so that it can retry', async () => {
    let attempts = 0
    const inner = layer({ layer: 'sdk' })
    const outer = layer({ layer: 'order-api' }, 'order-api')
    const stops: unknown[] = []
    const outcome = await time.run(
      outer.outcome(async (context) => {
        const below = await inner.outcome(
          () => {
            attempts++
            throw new Error('down')
          },
          { context },
        )
        stops.push(below.stop)
        if (!below.ok) throw below.error
      }),
    )
    expect(stops).toEqual(['not-owner', 'not-owner', 'not-owner'])
    expect(attempts).toBe(3)
    expect(outcome.stop).toBe('attempts')
  })

  it('one that names another layer makes a single attempt', async () => {
    const outcome = await time.run(
      layer({ layer: 'order-api' }, 'sdk').outcome(() => {
        throw new Error('down')
      }),
    )
    expect(outcome).toMatchObject({ stop: 'not-owner', attempts: 1 })
  })

  it('an operation that owns itself retries below an owner that it is', async () => {
    const mine = layer({ layer: 'sdk' }, 'sdk')
    const outcome = await time.run(
      mine.outcome(() => {
        throw new Error('down')
      }),
    )
    expect(outcome).toMatchObject({ stop: 'attempts', attempts: 3 })
  })
})

describe('what flows down', () => {
  it('the smallest deadline', async () => {
    const outer = layer()
    const began = time.now()
    const outcome = await time.run(
      outer.outcome((context) => layer().run(() => new Promise<never>(() => {}), { context }), { deadline: 70 }),
    )
    expect(time.now() - began).toBe(70)
    expect(outcome).toMatchObject({ ok: false, stop: 'deadline', attempts: 1 })
  })

  it('an abort, with its reason, through all layers', async () => {
    const controller = new AbortController()
    const reason = { code: 'left' }
    const seen: unknown[] = []
    const outcome = layer().outcome(
      (context) =>
        layer().run(
          ({ signal }) => {
            signal.addEventListener('abort', () => seen.push(signal.reason))
            return new Promise<never>(() => {})
          },
          { context },
        ),
      { signal: controller.signal },
    )
    controller.abort(reason)
    expect((await outcome).error).toBe(reason)
    expect(seen).toEqual([reason])
  })

  it('a call in an attempt that was given up ends at once, and its function is not called', async () => {
    const controller = new AbortController()
    let late: Promise<unknown> | undefined
    let called = 0
    const outer = layer().outcome(
      (context) => {
        controller.abort('left')
        late = layer().outcome(() => called++, { context })
      },
      { signal: controller.signal },
    )
    expect((await outer).stop).toBe('aborted')
    expect(await late).toMatchObject({ ok: false, error: 'left', stop: 'aborted', attempts: 0 })
    expect(called).toBe(0)
  })

  it('explain() of the one error tells the outermost story', async () => {
    const error = new Error('down')
    const inner = layer()
    await time.run(
      layer().outcome((context) =>
        inner.run(
          () => {
            throw error
          },
          { context },
        ),
      ),
    )
    expect(explain(error)).toMatchObject({ stop: 'exhausted-below', class: 'exhausted', attempts: 1 })
  })
})

describe('safety across layers', () => {
  const lost = () => {
    throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
  }

  it('a write that may have been applied is repeated by no layer above', async () => {
    let sent = 0
    const charge = dependency(`layers-${serial++}`, { clock: time.clock }).operation('charge', { effect: 'write' })
    const send = () => (sent++, lost())
    await time.run(layer().outcome(() => charge.run(send)))
    expect(sent).toBe(1)
    await time.run(retry(() => charge.run(send)).catch(() => {}))
    expect(sent).toBe(2)
  })

  it('a layer without `inherit` between two that have it does not hide what is below it', async () => {
    let attempts = 0
    const inner = layer({ inherit: true })
    const middle = layer()
    const fail = () => {
      attempts++
      throw new Error('down')
    }
    await time.run(layer({ inherit: true }).outcome(() => middle.run(() => inner.run(fail))))
    expect(attempts).toBe(3)
  })
})

describe('what a guard below refused', () => {
  it('by its bulkhead was not sent: a layer above may repeat even a write', async () => {
    const inner = dependency(`layers-${serial++}`, { clock: time.clock, concurrency: { limit: 1, queue: 0 } })
    const send = inner.operation('send', { effect: 'write' })
    void send.run(() => new Promise((done) => time.clock.alarm(20, () => done(1))))
    const outer = dependency(`layers-${serial++}`, { clock: time.clock, random: () => 0.5 })
    const write = outer.operation('write', { effect: 'write', backoff: { initial: 50, max: 100 } })
    const outcome = await time.run(write.outcome(() => send.run(() => 'sent')))
    expect(outcome).toMatchObject({ ok: true, value: 'sent', attempts: 2 })
    expect(outer.state().breakerState).toBe('closed')
  })

  it('by its breaker, without owning the retries, is the owner’s to repeat', async () => {
    const inner = dependency(`layers-${serial++}`, {
      clock: time.clock,
      random: () => 0.5,
      layer: 'client',
      breaker: { kind: 'consecutive', failures: 1, cooldown: 20, ramp: 0 },
    })
    const get = inner.operation('get', { effect: 'read', attempts: 1 })
    await time.run(get.outcome(() => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }))))
    const owner = dependency(`layers-${serial++}`, { clock: time.clock, random: () => 0.5, layer: 'api' })
    const read = owner.operation('read', { effect: 'read', owner: 'api' })
    const outcome = await time.run(read.outcome((attempt) => get.run(() => 'up', { context: attempt })))
    expect(outcome).toMatchObject({ ok: true, value: 'up', attempts: 2 })
  })
})
