import OpenAI from 'openai'
import { describe, expect, it, test } from 'vitest'
import { type Answer, loopbackServer, nobodyListens, reset, silence, status } from '../../test/loopback-server.js'
import { thrownBy } from '../../test/misbehaving/listen.js'
import { verdictOn } from '../../test/misbehaving/verdict.js'
import { detectLayers } from './detect-layers.js'
import { openai, openaiOnce } from './openai.js'

const askAt =
  (baseURL: string, maxRetries = 0, timeout = 5_000, signal?: AbortSignal) =>
  async (): Promise<unknown> =>
    new OpenAI({ apiKey: 'k', baseURL, maxRetries, timeout }).models.list(signal && { signal })
const ask = async (answer: Answer) => verdictOn(openaiOnce, askAt((await loopbackServer(answer)).url))

const refusal = (code: number, error: object, headers: Record<string, string> = {}) =>
  status(code, JSON.stringify({ error }), { 'content-type': 'application/json', ...headers })

describe('one attempt', () => {
  test.each<[string, Answer, string]>([
    ['rate limited', refusal(429, { message: 'slow down', code: 'rate_limit_exceeded' }), 'overloaded not-applied'],
    ['out of quota', refusal(429, { message: 'pay', code: 'insufficient_quota' }), 'rejected not-applied'],
    ['locked', status(409), 'conflict unknown'],
    ['503', status(503), 'unavailable unknown'],
    ['400', status(400), 'invalid unknown'],
    ['400 that should be repeated', status(400, '', { 'x-should-retry': 'true' }), 'unavailable unknown'],
    ['401', status(401), 'unauthorized unknown'],
    ['reset', reset, 'unavailable unknown silent'],
  ])('%s', async (_, answer, expected) => expect(await ask(answer)).toBe(expected))

  test('refused', async () =>
    expect(await verdictOn(openaiOnce, askAt(await nobodyListens()))).toBe('unavailable not-applied silent'))
  test('no answer in time', async () => {
    const { url } = await loopbackServer(silence)
    expect(await verdictOn(openaiOnce, askAt(url, 0, 30))).toBe('timeout unknown silent')
  })
  test('aborted', async () => {
    const { url } = await loopbackServer(silence)
    expect(await verdictOn(openaiOnce, askAt(url, 0, 5_000, AbortSignal.timeout(10)))).toBe('aborted unknown silent')
  })

  it('heeds the wait in ms before the one in seconds, and that no repeat is wanted', async () => {
    const headers = { 'retry-after-ms': '250', 'retry-after': '1', 'x-should-retry': 'false' }
    const { url } = await loopbackServer(refusal(429, { message: 'slow down' }, headers))
    expect(openaiOnce(await thrownBy(askAt(url)), true)).toEqual({
      class: 'overloaded',
      certainty: 'not-applied',
      answered: true,
      retryAfter: 250,
      retry: false,
    })
  })
})

describe('its own retries', () => {
  it('are not told by its errors, so nothing is taken for not applied', async () => {
    const server = await loopbackServer(
      status(503, '', { 'retry-after-ms': '1' }),
      status(429, '', { 'x-should-retry': 'false' }),
    )
    const error = await thrownBy(askAt(server.url, 1))
    expect(server.came).toHaveLength(2)
    expect(openai(error, true)).toMatchObject({ class: 'overloaded', certainty: 'unknown' })
    expect(await verdictOn(openai, askAt(await nobodyListens()))).toBe('unavailable unknown silent')
  })

  it('are a second layer of the client, by default of 3', async () => {
    const options = { apiKey: 'k', baseURL: 'http://127.0.0.1:1' }
    expect(await detectLayers(new OpenAI(options))).toEqual([{ library: 'openai', attempts: 3, off: 'maxRetries: 0' }])
    expect(await detectLayers(new OpenAI({ ...options, maxRetries: 0 }))).toEqual([])
  })
})
