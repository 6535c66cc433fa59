import { describe, expect, it } from 'vitest'
import { type Attempt, dependency, type DependencyOptions, explain, type Operation, type Owner } from '../index.js'
import { OptionError } from '../index.js'
import { virtualTime } from '../testing/index.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const busy = () => new Response('taken', { status: 423 })
const OWNERS: Owner = { transient: 'inventory-client', business: 'order-api' }

const time = virtualTime()
let serial = 0

function layer(name: string, options: DependencyOptions = {}, owner?: Owner): Operation {
  return dependency(`two-owners-${serial++}`, {
    layer: name,
    clock: time.clock,
    random: () => 0.5,
    budget: 'none',
    governor: 'none',
    breaker: 'none',
    ...options,
  }).operation('call', {
    effect: 'read',
    attempts: 3,
    backoff: { initial: 1, max: 2 },
    ...(owner !== undefined && { owner }),
  })
}

type Nest = (inner: Operation, fn: (attempt: Attempt) => unknown) => (attempt: Attempt) => unknown
const nests: readonly (readonly [string, Nest, DependencyOptions])[] = [
  ['an explicit context', (inner, fn) => (attempt) => inner.run(fn, { context: attempt }), {}],
  ['inheritance', (inner, fn) => () => inner.run(fn), { inherit: true }],
]

/** Throws, or answers, in turn; the last one again. */
function script(...steps: readonly (Error | (() => Response))[]) {
  const made: number[] = []
  const fn = ({ attempt }: Attempt) => {
    const step = steps[Math.min(made.push(attempt), steps.length) - 1]
    if (step instanceof Error) throw step
    return step?.()
  }
  return { fn, made }
}

describe.each(nests)('two owners, told by %s', (_, nest, options) => {
  const outer = (owner: Owner | undefined = OWNERS) => layer('order-api', options, owner)
  const low = () => layer('inventory-client', options)

  it('the low layer repeats what fails transiently, and the outer one does not do it again', async () => {
    const { fn, made } = script(DOWN)
    expect(await time.run(outer().outcome(nest(low(), fn)))).toMatchObject({
      ok: false,
      stop: 'exhausted-below',
      attempts: 1,
      error: DOWN,
    })
    expect(made).toEqual([1, 2, 3])
  })

  it('a conflict goes up at once, and the outer layer repeats the whole', async () => {
    const { fn, made } = script(busy)
    const below: unknown[] = []
    const inner = low()
    const outcome = await time.run(
      outer().outcome(async (attempt) => {
        const answer = await nest(inner, fn)(attempt)
        below.push(explain(answer)?.stop)
        return answer
      }),
    )
    expect(outcome).toMatchObject({ ok: false, stop: 'attempts', class: 'conflict', attempts: 3 })
    expect(below).toEqual(['not-owner', 'not-owner', 'not-owner'])
    expect(made).toEqual([1, 1, 1])
  })

  it('a conflict, then a success', async () => {
    const { fn, made } = script(busy, DOWN, () => new Response('ok'))
    expect(await time.run(outer().outcome<unknown>(nest(low(), fn)))).toMatchObject({ ok: true, attempts: 2 })
    expect(made).toEqual([1, 1, 2])
  })

  it('the other way round: the low layer repeats conflicts, the outer one what fails transiently', async () => {
    const turned: Owner = { transient: 'order-api', business: 'inventory-client' }
    const transient = script(DOWN)
    expect(await time.run(outer(turned).outcome(nest(low(), transient.fn)))).toMatchObject({
      stop: 'attempts',
      attempts: 3,
    })
    expect(transient.made).toEqual([1, 1, 1])
    const conflict = script(busy)
    expect(await time.run(outer(turned).outcome(nest(low(), conflict.fn)))).toMatchObject({ attempts: 1 })
    expect(conflict.made).toEqual([1, 2, 3])
  })

  it.each([
    ['a conflict', busy],
    ['what fails transiently', DOWN],
  ])('a third layer above, which nobody told, does not repeat %s once its owner has', async (__, step) => {
    const { fn, made } = script(step)
    const top = layer('gateway', options)
    const outcome = await time.run(top.outcome(nest(outer(), nest(low(), fn) as never)))
    expect(outcome).toMatchObject({ ok: false, stop: 'exhausted-below', attempts: 1 })
    expect(made).toHaveLength(3)
  })

  it('nor where a single name owns, and the layer that names it hears that it is over', async () => {
    const { fn, made } = script(DOWN)
    const outcome = await time.run(
      layer('gateway', options).outcome(nest(outer('inventory-client'), nest(low(), fn) as never)),
    )
    expect(outcome).toMatchObject({ ok: false, stop: 'exhausted-below', attempts: 1 })
    expect(made).toHaveLength(3)
  })

  it('a layer between that is neither owner makes one attempt of either', async () => {
    for (const step of [busy, DOWN]) {
      const { fn, made } = script(step)
      const between = layer('mesh', options)
      await time.run(outer().outcome(nest(between, nest(low(), fn) as never)))
      expect(made).toHaveLength(3)
    }
  })

  it('a single name owns both', async () => {
    const { fn, made } = script(busy)
    await time.run(outer('inventory-client').outcome(nest(low(), fn)))
    expect(made).toEqual([1, 2, 3])
  })
})

describe('the option', () => {
  it.each([
    [{ transient: 'a' }, 'owner.business'],
    [{ transient: '', business: 'b' }, 'owner.transient'],
    [{ transient: 'a', business: 'b', other: 'c' }, 'owner.other'],
    ['', 'owner'],
    [5, 'owner'],
  ])('%o is refused', (owner, option) => {
    expect(() => layer('x', {}, owner as Owner)).toThrow(expect.objectContaining({ option }))
    expect(() => layer('x', {}, owner as Owner)).toThrow(OptionError)
  })
})
