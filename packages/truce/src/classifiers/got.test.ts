import { type AddressInfo, createServer } from 'node:net'
import gotClient, { type Options } from 'got'
import { describe, expect, it, test } from 'vitest'
import { type Answer, loopbackServer, nobodyListens, reset, silence, status } from '../../test/loopback-server.js'
import { listen, silence as mute, thrownBy } from '../../test/misbehaving/listen.js'
import { verdictOn } from '../../test/misbehaving/verdict.js'
import { detectLayers } from './detect-layers.js'
import { got } from './got.js'
import { innerLayer } from './inner-layer.js'

type Config = Partial<Pick<Options, 'timeout' | 'retry' | 'responseType' | 'signal' | 'method' | 'body'>>
const getAt =
  (url: string, config: Config = {}) =>
  async (): Promise<unknown> =>
    gotClient(url, { retry: { limit: 0 }, ...config } as Options)
const get = async (answer: Answer, config?: Config) => verdictOn(got, getAt((await loopbackServer(answer)).url, config))

const endsEarly: Answer = (response, _request, socket) => {
  response.writeHead(200, { 'content-length': '100' }).write('half', () => socket.resetAndDestroy())
}
const redirects: Answer = (response) => void response.writeHead(302, { location: '/' }).end()
const once = (limit: number): Config =>
  ({
    retry: { limit, calculateDelay: ({ computedValue }: { computedValue: number }) => computedValue && 1 },
  }) as Config

/** An address that breaks the first request and refuses all others. */
async function resetsOnce(): Promise<string> {
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', () => {
        server.close()
        socket.resetAndDestroy()
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test.each<[string, Answer, Config, string]>([
  ['503', status(503), {}, 'unavailable unknown'],
  ['429', status(429), {}, 'overloaded not-applied'],
  ['400', status(400), {}, 'invalid unknown'],
  ['reset', reset, {}, 'unavailable unknown silent'],
  ['an answer that ends early', endsEarly, {}, 'unavailable unknown silent'],
  ['redirected for ever', redirects, {}, 'rejected unknown silent'],
  ['an answer that is no JSON', status(200, '{'), { responseType: 'json' }, 'internal unknown'],
  ['no answer in time', silence, { timeout: { request: 30 } }, 'timeout unknown silent'],
  ['no first byte in time', silence, { timeout: { response: 30 } }, 'timeout unknown silent'],
  ['a socket that fell silent', silence, { timeout: { socket: 30 } }, 'timeout unknown silent'],
  ['ended by its signal', silence, { signal: AbortSignal.timeout(30) }, 'timeout unknown silent'],
])('%s', async (_, answer, config, expected) => expect(await get(answer, config)).toBe(expected))

test('refused', async () =>
  expect(await verdictOn(got, getAt(await nobodyListens()))).toBe('unavailable not-applied silent'))
test('no TLS in time', async () => {
  const url = `https://127.0.0.1:${await listen(mute)}`
  expect(await verdictOn(got, getAt(url, { timeout: { secureConnect: 30 } }))).toBe('unavailable not-applied silent')
})
test('an address that is none', async () =>
  expect(await verdictOn(got, getAt('gopher://127.0.0.1'))).toBe('rejected not-applied silent'))
test('aborted', async () => {
  const attempt = getAt(await nobodyListens(), { signal: AbortSignal.abort() })
  expect(await verdictOn(got, attempt)).toBe('aborted unknown silent')
})

describe('its own retries', () => {
  // Not refused twice: from Node 24 on got 14 then throws an error of Node's that says nothing of its attempts.
  it('are a second layer, and a refusal after them proves nothing of the attempts before', async () => {
    const error = await thrownBy(getAt(await resetsOnce(), once(1)))
    expect(innerLayer(error)).toEqual({ library: 'got', attempts: 2, off: 'retry: { limit: 0 }' })
    expect(got(error, true)).toEqual({ class: 'unavailable', certainty: 'unknown', answered: false })
  })

  it('leave a 429 without proof too', async () => {
    const server = await loopbackServer(reset, status(429))
    const error = await thrownBy(getAt(server.url, once(1)))
    expect(server.came).toHaveLength(2)
    expect(got(error, true)).toMatchObject({ class: 'overloaded', certainty: 'unknown' })
  })

  it('are a second layer of an instance, by default of 3', async () => {
    expect(await detectLayers(gotClient)).toEqual([{ library: 'got', attempts: 3, off: 'retry: { limit: 0 }' }])
    expect(await detectLayers(gotClient.extend({ retry: { limit: 0 } }))).toEqual([])
  })
})
