import { describe, expect, it } from 'vitest'
import { virtualTime } from '../testing/index.js'
import { dependency } from './dependency.js'

const never = (): Promise<never> => new Promise(() => {})

function setUp(deadline: number) {
  const time = virtualTime()
  const inventory = dependency('inventory', { clock: time.clock, random: () => 0.5 })
  const operation = inventory.operation('stock', {
    effect: 'read',
    attempts: 1,
    attemptTimeout: 80,
    deadline,
    fallback: never,
  })
  return { time, operation }
}

const down = (): never => {
  throw new Error('down')
}

describe('a fallback that hangs', () => {
  it('ends with the deadline of its call, and the caller gets the failure', async () => {
    const { time, operation } = setUp(500)
    const outcome = await time.run(operation.outcome(down))
    expect(outcome).toMatchObject({ ok: false, stop: 'attempts', source: 'live', error: new Error('down') })
    expect(time.now()).toBe(500)
  })

  it('has an attempt’s time where the deadline had passed already', async () => {
    const { time, operation } = setUp(60)
    const outcome = await time.run(operation.outcome(never))
    expect(outcome).toMatchObject({ ok: false, stop: 'attempts', attempts: 1 })
    expect(time.now()).toBe(120)
  })
})
