import { describe, expect, it } from 'vitest'
import { type BudgetOptions, dependency, type DependencyOptions, OptionError, sharedBudget } from '../index.js'
import { virtualTime } from '../testing/index.js'

const DOWN = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
const fail = () => {
  throw DOWN
}

function setUp(options: DependencyOptions = {}, time = virtualTime(), name = 'shared') {
  const limits = { governor: 'none', breaker: 'none' } as const
  const guarded = dependency(name, { clock: time.clock, random: () => 0.5, ...limits, ...options })
  const operation = guarded.operation('call', { effect: 'read', attempts: 3, backoff: { initial: 1, max: 1 } })
  return { time, guarded, operation }
}

describe('a budget that several dependencies share', () => {
  it('whatever fails, their retries together stay below it', async () => {
    const time = virtualTime()
    const parent = sharedBudget({ instances: 50 })
    const all = ['a', 'b', 'c'].map((name) => setUp({ budget: { parent } }, time, name))
    let attempts = 0
    for (const { operation } of all) attempts += (await time.run(operation.outcome(fail))).attempts
    // Three originals and the one retry that a quiet process of a large fleet may always spend.
    expect(attempts).toBe(4)
    expect(parent.remaining(time.now())).toBe(0)
  })

  it('in a small fleet leaves one call’s worth', async () => {
    const time = virtualTime()
    const parent = sharedBudget()
    const [one, other] = ['a', 'b'].map((name) => setUp({ budget: { parent } }, time, name))
    expect(parent.remaining(0)).toBe(2)
    expect(await time.run(one!.operation.outcome(fail))).toMatchObject({ stop: 'attempts', attempts: 3 })
    expect(await time.run(other!.operation.outcome(fail))).toMatchObject({ stop: 'budget', attempts: 1 })
    expect(other?.guarded.state().budgetRemaining).toBe(0)
  })

  it('is filled by the successes of all, and has back what is not spent', async () => {
    const time = virtualTime()
    const parent = sharedBudget()
    const [one, other] = ['a', 'b'].map((name) => setUp({ budget: { parent } }, time, name))
    await time.run(one!.operation.outcome(fail))
    await time.advance(11_000)
    for (let n = 0; n < 2; n++) await time.run(other!.operation.run(() => 1))
    expect(parent.remaining(time.now())).toBe(1)
    const controller = new AbortController()
    const leaving = other!.operation.outcome(fail, { signal: controller.signal })
    await time.settle()
    expect(parent.remaining(time.now())).toBe(0)
    controller.abort()
    await leaving
    expect(parent.remaining(time.now())).toBe(1)
  })

  // Its bucket holds 2 + 0.3 √20 then; of what was longer ago only the call's worth is left, in a large fleet one retry.
  it.each([
    [10, 9_000, 3],
    [10, 20_000, 2],
    [11, 20_000, 3],
    [11, 40_000, 1],
    [300, 9_000, 3],
    [300, 20_000, 1],
  ])('with %i instances, %i ms after twenty successes, has %i retries', async (instances, later, retries) => {
    const { time, guarded, operation } = setUp({ instances })
    for (let n = 0; n < 20; n++) await time.run(operation.run(() => 1))
    await time.advance(later)
    expect(guarded.state().budgetRemaining).toBe(retries)
  })

  it('a dependency’s own budget holds as well', async () => {
    const time = virtualTime()
    const parent = sharedBudget({ floor: 100 })
    const { operation } = setUp({ budget: { parent, max: '1/m' } }, time)
    expect(await time.run(operation.outcome(fail))).toMatchObject({ stop: 'budget', attempts: 2 })
  })

  it('may have a parent of its own', async () => {
    const time = virtualTime()
    const top = sharedBudget({ instances: 50 })
    const [one, other] = [1, 2].map((n) =>
      setUp({ budget: { parent: sharedBudget({ parent: top }) } }, time, `dependency ${n}`),
    )
    expect(await time.run(one!.operation.outcome(fail))).toMatchObject({ attempts: 2 })
    expect(await time.run(other!.operation.outcome(fail))).toMatchObject({ attempts: 1, stop: 'budget' })
  })

  it.each([
    [{ parent: {} }, 'budget.parent'],
    [{ parent: { remaining: () => 5 } }, 'budget.parent'],
    [{ parent: 'all' }, 'budget.parent'],
  ])('%o is refused', (given, option) => {
    expect(() => setUp({ budget: given as BudgetOptions })).toThrow(expect.objectContaining({ option }))
    expect(() => sharedBudget(given as BudgetOptions)).toThrow(OptionError)
  })

  it.each([{ instances: 0 }, { ratio: 2 }, { rate: 5 }])('sharedBudget(%o) is refused', (given) => {
    expect(() => sharedBudget(given as BudgetOptions)).toThrow(OptionError)
  })
})

describe('classes', () => {
  // Ten retries in the bucket at the start: five for people, five for whoever comes.
  const budget = { classes: { interactive: '50%' } } as const
  const ten = (options: DependencyOptions = { budget }) => {
    const made = setUp(options)
    const once = { effect: 'read', attempts: 2, backoff: { initial: 1, max: 1 }, deadline: '1h' } as const
    made.guarded.operation('worth ten', { effect: 'read', attempts: 11 })
    const person = made.guarded.operation('page', { ...once, use: 'interactive' })
    const batch = made.guarded.operation('batch', { ...once, use: 'background' })
    const retries = async (operation: typeof person, calls: number, urgency?: 'interactive' | 'background') => {
      let retried = 0
      for (let n = 0; n < calls; n++) {
        const { attempts } = await made.time.run(operation.outcome(fail, { deadline: 50, ...(urgency && { urgency }) }))
        retried += attempts - 1
      }
      return retried
    }
    return { ...made, person, batch, retries }
  }

  it('a job that fails all day leaves the share of the page that a person waits for', async () => {
    const { person, batch, retries } = ten()
    // Five are paid for; one more goes unpaid, as the probe of those that wait in line.
    expect(await retries(batch, 8)).toBe(6)
    expect(await retries(person, 8)).toBe(5)
  })

  it('the urgency of the call decides, where it says one', async () => {
    const { person, batch, retries } = ten()
    expect(await retries(person, 8, 'background')).toBe(6)
    expect(await retries(batch, 8, 'interactive')).toBe(5)
  })

  it('whoever has a share may use what is common as well', async () => {
    const { person, retries } = ten()
    expect(await retries(person, 15)).toBe(10)
  })

  it('a hedge pays from its call’s class', async () => {
    const { time, guarded, batch, retries } = ten()
    await retries(batch, 8)
    const hedged = guarded.operation('hedged', { effect: 'read', use: 'interactive', hedge: { after: 10 } })
    const slow = () => new Promise<void>((done) => time.clock.alarm(100, done))
    expect(await time.run(hedged.outcome(slow))).toMatchObject({ ok: true, attempts: 2 })
    const job = guarded.operation('hedged job', { effect: 'read', use: 'background', hedge: { after: 10 } })
    expect(await time.run(job.outcome(slow))).toMatchObject({ ok: true, attempts: 1 })
  })

  it.each([
    [{ interactive: 0.7, background: 0.4 }, 'budget.classes'],
    [{ interactve: 0.5 }, 'budget.classes.interactve'],
    [{ interactive: 2 }, 'budget.classes.interactive'],
    [5, 'budget.classes'],
  ])('%o is refused', (classes, option) => {
    expect(() => setUp({ budget: { classes: classes as never } })).toThrow(expect.objectContaining({ option }))
  })
})
