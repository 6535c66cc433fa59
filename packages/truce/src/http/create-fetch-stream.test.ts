/** `createFetch` with `use: 'stream'`: the body is guarded too. */
import { describe, expect, it } from 'vitest'
import { type Answer, loopbackServer, silence, status } from '../../test/loopback-server.js'
import { dependency } from '../index.js'
import { createFetch, type FetchOptions } from './create-fetch.js'

function guarded(options: Partial<FetchOptions> = {}) {
  const models = dependency('models', { budget: 'none', governor: 'none', breaker: 'none', concurrency: 1 })
  const fetch = createFetch({
    dependency: models,
    use: 'stream',
    idle: 60,
    backoff: { initial: 1, max: 1 },
    ...options,
  })
  return { models, fetch }
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

/** Headers, and nothing. */
const headersOnly: Answer = (response) => response.writeHead(200).flushHeaders()
/** Headers, the beginning, and nothing. */
const beginning: Answer = (response) => void response.writeHead(200).write('the beginning')

describe("createFetch({ use: 'stream' })", () => {
  it.each<[string, Answer]>([
    ['headers late', silence],
    ['first byte late', headersOnly],
    ['a failing status', status(503)],
    ['a failing status without its body', (response) => response.writeHead(503).flushHeaders()],
  ])('%s: repeated', async (_, answer) => {
    const { fetch, models } = guarded({ attemptTimeout: 100 })
    const server = await loopbackServer(answer, status(200, 'well'))
    const response = await fetch(server.url)
    expect(await response.text()).toBe('well')
    expect(server.came).toHaveLength(2)
    expect(models.state()).toMatchObject({ inFlight: 0 })
  })

  it('a body that stalls in the middle: an error, not repeated', async () => {
    const { fetch, models } = guarded()
    const server = await loopbackServer(beginning)
    const response = await fetch(server.url)
    expect(models.state()).toMatchObject({ inFlight: 1 })
    expect(await rejection(response.text())).toMatchObject({ code: 'TRUCE_ATTEMPT_TIMEOUT', timeout: 60 })
    await server.abandoned
    expect(server.came).toHaveLength(1)
    expect(models.state()).toMatchObject({ inFlight: 0 })
  })

  it('the slot is held to the end of the body', async () => {
    const { fetch, models } = guarded({ idle: '10s' })
    let finish = (): void => {}
    const first: Answer = (response) => {
      response.writeHead(200).write('the beginning')
      finish = () => void response.end(', the end')
    }
    const server = await loopbackServer(first, status(200, 'next'))
    const response = await fetch(server.url)
    const next = fetch(server.url)
    expect(models.state()).toMatchObject({ inFlight: 1, waiting: 1 })
    finish()
    expect(await response.text()).toBe('the beginning, the end')
    expect(await (await next).text()).toBe('next')
    expect(server.came).toHaveLength(2)
  })

  it("the caller's abort ends the body with its own reason, once", async () => {
    const { fetch, models } = guarded({ idle: '10s' })
    const server = await loopbackServer(beginning)
    const controller = new AbortController()
    const response = await fetch(server.url, { signal: controller.signal })
    const read = rejection(response.text())
    const left = new Error('the customer left')
    controller.abort(left)
    expect(await read).toBe(left)
    await server.abandoned
    expect(models.state()).toMatchObject({ inFlight: 0 })
  })

  it('a last answer that fails comes as it is, with its body', async () => {
    const { fetch, models } = guarded()
    const server = await loopbackServer(status(404, 'no such model'))
    const response = await fetch(server.url)
    expect([response.status, await response.text()]).toEqual([404, 'no such model'])
    expect(models.state()).toMatchObject({ inFlight: 0 })
  })
})
