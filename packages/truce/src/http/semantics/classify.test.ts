import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import tls from 'node:tls'
import { afterAll, describe, expect, it, test } from 'vitest'
import { UNRECOGNISED } from '../../policy/classify.js'
import { classifyHttp, httpClassifier } from './classify.js'

describe('the default classifier', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['an order', { status: 'ok' }],
    ['a good answer', new Response('fine')],
  ])('%s is ok', (_, value) => expect(classifyHttp(value, false)).toBe('ok'))

  it('judges an answer that failed, returned or thrown', () => {
    const expected = { class: 'unavailable', certainty: 'unknown', answered: true }
    expect(classifyHttp(new Response(null, { status: 503 }), false)).toEqual(expected)
    expect(classifyHttp(new Response(null, { status: 503 }), true)).toEqual(expected)
  })

  test.each<[string, unknown]>([
    ['an error that says nothing', new Error('?')],
    ['text', 'no'],
    ['nothing', undefined],
    ['an abort that the guard did not claim', new DOMException('', 'AbortError')],
  ])('%s thrown is an unrecognised failure', (_, error) => expect(classifyHttp(error, true)).toBe(UNRECOGNISED))

  it('uses the surroundings it is given', () => {
    const classify = httpClassifier({ nowEpoch: () => Date.UTC(2026, 10, 22), resolvedBefore: () => true })
    const headers = { 'retry-after': 'Sun, 22 Nov 2026 00:00:07 GMT' }
    expect(classify(new Response(null, { status: 503, headers }), false)).toMatchObject({ retryAfter: 7_000 })
    expect(classify({ code: 'ENOTFOUND' }, true)).toMatchObject({ class: 'unavailable' })
  })
})

/** Servers that misbehave, each in one way, and what clients make of it. */
describe('real failures', async () => {
  const servers: net.Server[] = []
  const sockets = new Set<net.Socket>()
  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    for (const server of servers) server.close()
  })

  const listen = async (server: net.Server): Promise<number> => {
    servers.push(server)
    server.on('connection', (socket: net.Socket) => {
      sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  }
  const onRequest = (misbehave: (socket: net.Socket) => void) =>
    listen(net.createServer((socket) => socket.once('data', () => misbehave(socket))))

  const closed = await listen(net.createServer())
  await new Promise((resolve) => servers.pop()?.close(resolve))
  const resets = await onRequest((socket) => socket.resetAndDestroy())
  const closes = await onRequest((socket) => socket.end())
  const silent = await onRequest(() => {})
  const stopsMidBody = await onRequest((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'))
  const speaksPlain = await onRequest((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const hasNoCertificate = await listen(tls.createServer({}).on('tlsClientError', () => {}))
  const sheds = await onRequest((socket) =>
    socket.end('HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
  )

  const refusesStreams = http2.createServer().on('stream', (stream) => {
    stream.on('error', () => {}).close(http2.constants.NGHTTP2_REFUSED_STREAM)
  })
  const refuses = await listen(refusesStreams)

  const redirects = await onRequest((socket) =>
    socket.end('HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
  )

  const badRedirect = ['rejected', 'unknown', false] as const
  const neverSent = ['unavailable', 'not-applied', false] as const
  const lost = ['unavailable', 'unknown', false] as const
  const timedOut = ['timeout', 'unknown', false] as const

  test.each<[string, Attempt, readonly [string, string, boolean]]>([
    ['fetch, refused', fetched(closed), neverSent],
    ['http, refused', got(http, closed), neverSent],
    ['net, refused at every address', connectedToAll(closed), neverSent],
    ['http/2, refused', streamed(closed), neverSent],
    ['http/2, stream refused', streamed(refuses), neverSent],
    ['fetch, reset', fetched(resets), lost],
    ['http, reset', got(http, resets), lost],
    ['fetch, closed', fetched(closes), lost],
    ['http, closed', got(http, closes), lost],
    ['fetch, closed in the body', fetched(stopsMidBody), lost],
    ['http, closed in the body', got(http, stopsMidBody), lost],
    ['fetch, no answer', () => fetched(silent, 'http', { signal: AbortSignal.timeout(20) })(), timedOut],
    ['http, no answer', () => got(http, silent, { signal: AbortSignal.timeout(20) })(), timedOut],
    ['fetch, TLS to plain text', fetched(speaksPlain, 'https'), neverSent],
    ['https, TLS to plain text', got(https, speaksPlain), neverSent],
    ['fetch, TLS closed in its handshake', fetched(closes, 'https'), neverSent],
    ['https, TLS closed in its handshake', got(https, closes), neverSent],
    ['fetch, TLS handshake refused', fetched(hasNoCertificate, 'https'), neverSent],
    ['https, TLS handshake refused', got(https, hasNoCertificate), neverSent],
    ['fetch, a redirect where none may be', fetched(redirects, 'http', { redirect: 'error' }), badRedirect],
    ['fetch, redirected for ever', fetched(redirects), badRedirect],
    ['fetch, a scheme that it does not speak', () => fetch('gopher://127.0.0.1/'), ['rejected', 'not-applied', false]],
    ['fetch, a port that it refuses', () => fetch('http://127.0.0.1:6666/'), ['rejected', 'not-applied', false]],
    ['fetch, a misspelt address', () => fetch('nowhere'), ['rejected', 'unknown', false]],
  ])('%s', async (_, attempt, [failureClass, certainty, answered]) => {
    const error: unknown = await attempt().then(
      () => expect.fail('succeeded'),
      (thrown: unknown) => thrown,
    )
    expect(classifyHttp(error, true)).toEqual({ class: failureClass, certainty, answered })
  })

  test.each<[string, Attempt]>([
    ['fetch, shed', fetched(sheds)],
    ['http, shed', got(http, sheds)],
  ])('%s', async (_, attempt) => {
    expect(classifyHttp(await attempt(), false)).toEqual({
      class: 'overloaded',
      certainty: 'unknown',
      answered: true,
      retryAfter: 7_000,
    })
  })
})

type Attempt = () => Promise<unknown>

function fetched(port: number, scheme = 'http', init: RequestInit = {}): Attempt {
  return async () => {
    const response = await fetch(`${scheme}://127.0.0.1:${port}`, init)
    await response.clone().text()
    return response
  }
}

function got(client: { get: typeof https.get }, port: number, options: https.RequestOptions = {}): Attempt {
  return () =>
    new Promise((resolve, reject) => {
      const request = client.get({ host: '127.0.0.1', port, agent: false, ...options }, (response) => {
        response.on('error', reject).on('end', () => resolve(response))
        response.resume()
      })
      request.on('error', reject)
    })
}

function streamed(port: number): Attempt {
  return async () => {
    const session = http2.connect(`http://127.0.0.1:${port}`).on('error', () => {})
    await new Promise((resolve, reject) => {
      session.request().on('error', reject).on('end', resolve).resume()
    }).finally(() => session.destroy())
  }
}

/** Happy eyeballs without a name server: a name with two addresses, both of which refuse. */
function connectedToAll(port: number): Attempt {
  return () =>
    new Promise((resolve, reject) => {
      const socket = net.connect({ host: 'two.test', port, lookup: twoAddresses, autoSelectFamily: true })
      socket.on('connect', resolve).on('error', reject)
    })
}

const twoAddresses: net.LookupFunction = (_name, _options, found) =>
  found(null, [
    { address: '127.0.0.1', family: 4 },
    { address: '127.0.0.2', family: 4 },
  ])
