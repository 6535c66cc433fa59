import { describe, expect, it, test } from 'vitest'
import { loopbackServer, status } from '../../test/loopback-server.js'
import { dependency, explain } from '../index.js'
import { awsSdk, detectLayers, exhaustedBelow, innerLayer } from './index.js'

describe('what makes no retries of its own, or is not known', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'openai'],
    ['a function', () => 0],
    ['an object', {}],
    ['options of its own', { options: { retries: 3 }, config: null, defaults: 1 }],
    ['an error', new Error('?')],
  ])('%s', async (_, client) => {
    expect(await detectLayers(client)).toEqual([])
    expect(innerLayer(client)).toBeUndefined()
  })
})

describe('in a guard', () => {
  const limits = { budget: 'none', governor: 'none', breaker: 'none' } as const
  const retries = { effect: 'read', attempts: 2, backoff: 'none' } as const

  /** A client that makes three attempts by itself and counts them in its error, as the AWS SDK does. */
  const callAt = (url: string) => async () => {
    for (let attempts = 1; ; attempts++) {
      const { status: httpStatusCode } = await fetch(url)
      if (attempts === 3) throw Object.assign(new Error('down'), { $metadata: { httpStatusCode, attempts } })
    }
  }

  it.each([
    ['multiply', awsSdk, 6, 'attempts'],
    ['are final where the inner layer owns them', exhaustedBelow(awsSdk), 3, 'exhausted-below'],
  ])('retries of two layers %s', async (_, classify, requests, stop) => {
    const server = await loopbackServer(status(503))
    const operation = dependency(`layers-${stop}`, { ...limits, classify }).operation('read', retries)
    const error: unknown = await operation.run(callAt(server.url)).catch((thrown: unknown) => thrown)
    expect(server.came).toHaveLength(requests)
    expect(explain(error as Error)).toMatchObject({ stop })
  })
})
