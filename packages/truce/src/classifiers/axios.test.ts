import axiosClient, { type AxiosError, type AxiosRequestConfig } from 'axios'
import { describe, expect, it, test } from 'vitest'
import { type Answer, loopbackServer, nobodyListens, reset, silence, status } from '../../test/loopback-server.js'
import { thrownBy } from '../../test/misbehaving/listen.js'
import { verdictOn } from '../../test/misbehaving/verdict.js'
import { axios } from './axios.js'
import { innerLayer } from './inner-layer.js'

const getAt =
  (url: string, config: AxiosRequestConfig = {}) =>
  () =>
    axiosClient.get(url, { proxy: false, ...config })
const get = async (answer: Answer, config?: AxiosRequestConfig) =>
  verdictOn(axios, getAt((await loopbackServer(answer)).url, config))

const endsEarly: Answer = (response, _request, socket) => {
  response.writeHead(200, { 'content-length': '100' }).write('half', () => socket.resetAndDestroy())
}
const redirects: Answer = (response) => void response.writeHead(302, { location: '/' }).end()

describe.each(['http', 'fetch'] as const)('over %s', (adapter) => {
  test.each<[string, Answer, string]>([
    ['503', status(503), 'unavailable unknown'],
    ['429', status(429), 'overloaded not-applied'],
    ['400', status(400), 'invalid unknown'],
    ['reset', reset, 'unavailable unknown silent'],
    ['an answer that ends early', endsEarly, 'unavailable unknown silent'],
  ])('%s', async (_, answer, expected) => expect(await get(answer, { adapter })).toBe(expected))

  test('refused', async () =>
    expect(await verdictOn(axios, getAt(await nobodyListens(), { adapter }))).toBe('unavailable not-applied silent'))
  test('its own timeout, under either code', async () => {
    const transitional = { clarifyTimeoutError: true }
    expect(await get(silence, { adapter, timeout: 30 })).toBe('timeout unknown silent')
    expect(await get(silence, { adapter, timeout: 30, transitional })).toBe('timeout unknown silent')
  })
  test('cancelled', async () =>
    expect(await get(silence, { adapter, signal: AbortSignal.timeout(30) })).toBe('aborted unknown silent'))
})

test.each<[string, Answer, AxiosRequestConfig, string]>([
  ['redirected for ever', redirects, {}, 'rejected unknown silent'],
  ['an answer that is too long', status(200, 'long'), { maxContentLength: 1 }, 'rejected unknown silent'],
  [
    'an answer that is no JSON',
    status(200, '{'),
    { responseType: 'json', transitional: { silentJSONParsing: false } },
    'internal unknown',
  ],
])('%s', async (_, answer, config, expected) => expect(await get(answer, config)).toBe(expected))

test('an address that is none', async () =>
  expect(await verdictOn(axios, getAt('gopher://127.0.0.1'))).toBe('rejected not-applied silent'))

it('keeps the wait that the answer names', async () => {
  const { url } = await loopbackServer(status(503, '', { 'retry-after': '7' }))
  const error = await thrownBy(getAt(url))
  expect(axios(error, true)).toBeUndefined()
})

describe('retries in an interceptor (axios-retry)', () => {
  /** As axios-retry does it: the count travels with the request's config. */
  function retrying(url: string, fail: string): () => Promise<unknown> {
    const client = axiosClient.create({ proxy: false })
    client.interceptors.response.use(undefined, async (failed: AxiosError) => {
      if (failed.config && 'axios-retry' in failed.config) throw failed
      return client.request({ ...failed.config, 'axios-retry': { retryCount: 1 }, url: fail } as AxiosRequestConfig)
    })
    return () => client.get(url)
  }

  it('are a second layer, and a refusal after them proves nothing of the attempts before', async () => {
    const { url } = await loopbackServer(reset)
    const error = await thrownBy(retrying(url, await nobodyListens()))
    expect(innerLayer(error)).toEqual({ library: 'axios-retry', attempts: 2, off: 'retries: 0' })
    expect(axios(error, true)).toEqual({ class: 'unavailable', certainty: 'unknown', answered: false })
  })
})
