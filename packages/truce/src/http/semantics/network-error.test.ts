import { describe, expect, test } from 'vitest'
import type { Certainty, FailureClass } from '../../policy/classify.js'
import { judgeFetchError, judgeNetworkError } from './network-error.js'

const judged = (error: object) => judgeNetworkError({ ...error }, () => false)
const silent = (failureClass: FailureClass, certainty: Certainty) => ({
  class: failureClass,
  certainty,
  answered: false,
})
const NEVER_SENT = silent('unavailable', 'not-applied')
const LOST = silent('unavailable', 'unknown')
const TIMED_OUT = silent('timeout', 'unknown')
const NO_CONNECTION_FREE = silent('overloaded', 'not-applied')

describe('never sent', () => {
  test.each(
    `ECONNREFUSED EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN EAI_AGAIN UND_ERR_CONNECT_TIMEOUT
     ERR_TLS_HANDSHAKE_TIMEOUT ERR_TLS_CERT_ALTNAME_INVALID ERR_HTTP2_GOAWAY_SESSION ERR_HTTP2_INVALID_SESSION
     DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_VERIFY_LEAF_SIGNATURE
     UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY CERT_HAS_EXPIRED CERT_NOT_YET_VALID
     CERT_REVOKED CERT_REJECTED CERT_UNTRUSTED ERR_SSL_WRONG_VERSION_NUMBER ERR_SSL_UNSUPPORTED_PROTOCOL
     ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION ERR_SSL_TLSV1_ALERT_UNKNOWN_CA
     ERR_SSL_TLSV1_UNRECOGNIZED_NAME ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED`.split(/\s+/),
  )('%s', (code) => expect(judged({ code })).toEqual(NEVER_SENT))

  test.each([
    ['a connection that took too long', { code: 'ETIMEDOUT', syscall: 'connect' }],
    [
      'the same in a client that copies only the code',
      { code: 'ETIMEDOUT', cause: { code: 'ETIMEDOUT', syscall: 'connect' } },
    ],
    ['a port taken on this side', { code: 'EADDRNOTAVAIL', syscall: 'connect' }],
    ['a name server that failed', { code: 'EAI_FAIL', syscall: 'getaddrinfo' }],
    ['an unreachable host', { code: 'EHOSTUNREACH', syscall: 'connect' }],
    [
      'a TLS connection closed in its handshake',
      {
        code: 'ECONNRESET',
        message: 'Client network socket disconnected before secure TLS connection was established',
      },
    ],
    [
      'plain text where TLS was expected',
      { code: 'EPROTO', syscall: 'write', message: 'SSL routines:wrong version number' },
    ],
    [
      'a refused HTTP/2 stream',
      { code: 'ERR_HTTP2_STREAM_ERROR', message: 'Stream closed with error code NGHTTP2_REFUSED_STREAM' },
    ],
  ])('%s', (_, error) => expect(judged(error)).toEqual(NEVER_SENT))
})

describe('lost: it may have arrived', () => {
  test.each(
    `ECONNRESET ECONNABORTED EPIPE EPROTO UND_ERR_SOCKET ERR_STREAM_PREMATURE_CLOSE ERR_HTTP2_STREAM_ERROR
     ERR_HTTP2_SESSION_ERROR ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC`.split(/\s+/),
  )('%s', (code) => expect(judged({ code })).toEqual(LOST))

  // The code says "unreachable", the system call says that a connection was open.
  test.each(['read', 'write'])('a route that vanished on %s', (syscall) => {
    expect(judged({ code: 'EHOSTUNREACH', syscall })).toEqual(LOST)
    expect(judged({ code: 'ENETDOWN', cause: { code: 'ENETDOWN', syscall } })).toEqual(LOST)
  })
})

describe('timed out after sending', () => {
  test.each(['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])('%s', (code) => {
    expect(judged({ code })).toEqual(TIMED_OUT)
    expect(judged({ code, syscall: 'read' })).toEqual(TIMED_OUT)
  })

  test('AbortSignal.timeout', () => {
    expect(judgeNetworkError(new DOMException('', 'TimeoutError') as never, () => false)).toEqual(TIMED_OUT)
  })

  test('a code copied next to an unrelated cause', () => {
    expect(judged({ code: 'ETIMEDOUT', cause: { code: 'ECONNREFUSED', syscall: 'connect' } })).toEqual(TIMED_OUT)
  })
})

describe('no connection free in the pool', () => {
  test.each([
    ['pg', { message: 'timeout exceeded when trying to connect' }],
    ['knex', { name: 'KnexTimeoutError', message: 'Knex: Timeout acquiring a connection. The pool is probably full.' }],
    ['generic-pool', { name: 'TimeoutError', message: 'ResourceRequest timed out' }],
    ['mysql2, waiting off', { message: 'No connections available.' }],
    ['mysql2, queue full', { message: 'Queue limit reached.' }],
    ['Sequelize', { name: 'SequelizeConnectionAcquireTimeoutError', message: 'Operation timeout' }],
    ['MongoDB', { name: 'MongoWaitQueueTimeoutError', message: 'Timed out while checking out a connection' }],
  ])('%s', (_, error) => expect(judged(error)).toEqual(NO_CONNECTION_FREE))

  test("knex's query timeout is another matter: the query was sent", () => {
    expect(judged({ name: 'KnexTimeoutError', message: 'Defined query timeout of 5ms exceeded' })).toBeUndefined()
  })
})

describe('a name that is not found', () => {
  const notFound = { code: 'ENOTFOUND', syscall: 'getaddrinfo' }
  test('is misspelt, if it never was', () =>
    expect(judgeNetworkError(notFound, () => false)).toEqual(silent('rejected', 'not-applied')))
  test('is down, if it was before', () => expect(judgeNetworkError(notFound, () => true)).toEqual(NEVER_SENT))
})

test.each([
  {},
  { code: 5 },
  { code: '' },
  { code: 'ENOENT', syscall: 'open' },
  { code: 'CERT_ORDER_FAILED' },
  { code: 'constructor' },
])('nothing of the network: %j', (error) => expect(judged(error)).toBeUndefined())

// A code of the user's own that holds one of ours must not make a lost write look safe to repeat.
test.each(
  ['ECONNREFUSED', 'CERT_REVOKED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'ETIMEDOUT', 'ECONNRESET'].flatMap((code) => [
    `MY_${code}`,
    `${code}_TWICE`,
  ]),
)('a code is taken whole: %s', (code) => expect(judged({ code })).toBeUndefined())

test('a message and a name are taken from their beginning', () => {
  expect(judged({ message: 'order 5: No connections available.' })).toBeUndefined()
  expect(judged({ name: 'MyMongoWaitQueueTimeoutError' })).toBeUndefined()
  expect(judgeFetchError({ message: 'why it says: fetch failed' })).toBeUndefined()
})

describe("fetch's TypeErrors", () => {
  test.each([
    'Failed to fetch',
    'Failed to fetch (api.example.com)',
    'NetworkError when attempting to fetch resource.',
    'Load failed',
    'Load failed (api.example.com)',
    'fetch failed',
    'terminated',
    'network error',
    'Network request failed',
    'The network connection was lost.',
    'The Internet connection appears to be offline.',
  ])('%s', (message) => expect(judgeFetchError(new TypeError(message) as never)).toEqual(LOST))

  test.each(['x is not a function', 'Failed to fetch user 5', 'Failed to parse URL from x', ''])(
    'but not: %s',
    (message) => expect(judgeFetchError(new TypeError(message) as never)).toBeUndefined(),
  )
})
