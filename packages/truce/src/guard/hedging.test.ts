import { describe, expect, it } from 'vitest'
import { virtualTime } from '../testing/index.js'
import { dependency } from './dependency.js'

describe('what two attempts at once were told', () => {
  it('ends a hedged call whose first answer forbade a repeat', async () => {
    const time = virtualTime()
    const shop = dependency('told', { clock: time.clock, random: () => 0.5 })
    const hedge = { after: 10 }
    const stock = shop.operation('stock', { effect: 'read', attempts: 4, attemptTimeout: 100, hedge })
    const outcome = stock.outcome(async ({ attempt }) => {
      await new Promise<void>((resolve) => time.clock.alarm(20, resolve))
      if (attempt > 1) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
      return new Response('no', { status: 503, headers: { 'x-should-retry': 'false' } })
    })
    expect(await time.run(outcome)).toMatchObject({ stop: 'pushback', attempts: 2 })
  })
})
