/**
 * Network error: what one error says by its own code, name or message.
 *
 * The question that matters is whether the request had left. Repeating a refused connection costs
 * nothing; repeating a reset one may charge a card twice. `not-applied` is said only where no byte of
 * the request can have been read; a code that occurs on both sides of that line is `unknown`.
 *
 * `answered` is false throughout: the network spoke, not the dependency.
 *
 * @module
 */
import type { Certainty, Failure, FailureClass } from '../../policy/classify.js'
import { type Fields, isObject } from './answer.js'

const silent = (failureClass: FailureClass, certainty: Certainty): Failure =>
  Object.freeze({ class: failureClass, certainty, answered: false })

const NEVER_SENT = silent('unavailable', 'not-applied')
const LOST = silent('unavailable', 'unknown')
const TIMED_OUT = silent('timeout', 'unknown')
const NO_CONNECTION_FREE = silent('overloaded', 'not-applied')
/** A name that never resolved is misspelt, not down: repeating it only hides the mistake. */
const NO_SUCH_HOST = silent('rejected', 'not-applied')
/** Undici's `fetch failed` for what fetch itself refuses: nothing was wrong with the network. */
const REFUSED_BY_FETCH = silent('rejected', 'not-applied')
const BAD_REDIRECT = silent('rejected', 'unknown')

const NEVER_SENT_CODE =
  /^(?:ECONNREFUSED|E(?:HOST|NET)(?:UNREACH|DOWN)|EAI_AGAIN|(?:UND_ERR_CONNECT|ERR_TLS_HANDSHAKE)_TIMEOUT|ERR_HTTP2_(?:GOAWAY|INVALID)_SESSION)$/
/** The certificate is checked by the client before it sends anything. */
const BAD_CERTIFICATE =
  /^(?:ERR_TLS_CERT_ALTNAME_INVALID|(?:DEPTH_ZERO_)?SELF_SIGNED_CERT\w*|UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF)\w*|CERT_(?:HAS_EXPIRED|NOT_YET_VALID|REVOKED|REJECTED|UNTRUSTED))$/
/** EPROTO and ERR_SSL_* also befall open connections (a bad record MAC); these reasons only handshakes. */
const HANDSHAKE =
  /wrong.version|handshake.failure|protocol.version|unsupported.protocol|unrecognized.name|unknown.ca|certificate/i
const TIMEOUT_CODE = /^(?:E(?:SOCKET)?TIMEDOUT|UND_ERR_(?:HEADERS|BODY)_TIMEOUT)$/
const LOST_CODE =
  /^(?:ECONN(?:RESET|ABORTED)|EPIPE|EPROTO|UND_ERR_SOCKET|ERR_STREAM_PREMATURE_CLOSE|ERR_HTTP2_(?:STREAM|SESSION)_ERROR|ERR_SSL_[\w/]+)$/
/** Errors that are known by nothing but their message. */
const BY_MESSAGE: ReadonlyMap<string, Failure> = /* @__PURE__ */ new Map<string, Failure>([
  ['unknown scheme', REFUSED_BY_FETCH],
  ['bad port', REFUSED_BY_FETCH],
  ['invalid method', REFUSED_BY_FETCH],
  ['about scheme is not supported', REFUSED_BY_FETCH],
  ['unexpected redirect', BAD_REDIRECT],
  ['redirect count exceeded', BAD_REDIRECT],
  // Cloudflare's workers reject with a plain Error; refused or reset, it is the same.
  ['Network connection lost.', LOST],
  // pg-pool, generic-pool and mysql2.
  ['timeout exceeded when trying to connect', NO_CONNECTION_FREE],
  ['ResourceRequest timed out', NO_CONNECTION_FREE],
  ['No connections available.', NO_CONNECTION_FREE],
  ['Queue limit reached.', NO_CONNECTION_FREE],
])
const KNEX_POOL = 'Knex: Timeout acquiring'
/** Sequelize, MongoDB. */
const POOL_NAME = /^(?:SequelizeConnectionAcquire|MongoWaitQueue)TimeoutError$/
/** What fetch's TypeError says where it tells no cause: Chromium, Firefox, Safari, undici, React Native. */
const FETCH_FAILED =
  /^(?:(?:Failed to fetch|Load failed)(?: \(.*\))?|fetch failed|terminated|network error|Network request failed|NetworkError when attempting to fetch resource\.|The network connection was lost\.|The Internet connection appears to be offline\.)$/

/**
 * Judges one error by itself; its cause is somebody else's question.
 *
 * @param resolvedBefore whether this name has been resolved before; asked only where it is not found
 */
export function judgeNetworkError(error: Fields, resolvedBefore: () => boolean): Failure | undefined {
  const name = text(error['name'])
  const code = text(error['code'])
  const message = text(error['message'])
  const byMessage = BY_MESSAGE.get(message)
  if (byMessage !== undefined) return byMessage
  if (message.includes('NGHTTP2_REFUSED_STREAM')) return NEVER_SENT
  if (code === 'ENOTFOUND') return resolvedBefore() ? NEVER_SENT : NO_SUCH_HOST
  if (code !== '') {
    const syscall = syscallOf(error)
    if (syscall === 'connect' || syscall === 'getaddrinfo') return NEVER_SENT
    // A route can vanish under an open connection too; then the request may have arrived.
    if (NEVER_SENT_CODE.test(code)) return syscall === 'read' || syscall === 'write' ? LOST : NEVER_SENT
    if (BAD_CERTIFICATE.test(code)) return NEVER_SENT
    if (TIMEOUT_CODE.test(code)) return TIMED_OUT
    if (LOST_CODE.test(code)) return beforeHandshake(code, message) ? NEVER_SENT : LOST
  }
  if (message.startsWith(KNEX_POOL)) return NO_CONNECTION_FREE
  // Most are plain errors: their name says nothing.
  if (name === 'Error') return undefined
  if (POOL_NAME.test(name)) return NO_CONNECTION_FREE
  return name === 'TimeoutError' ? TIMED_OUT : undefined
}

/** A TypeError that is fetch's way to say "network": a failure only where no cause says it better. */
export function judgeFetchError(error: Fields): Failure | undefined {
  return FETCH_FAILED.test(text(error['message'])) ? LOST : undefined
}

function beforeHandshake(code: string, message: string): boolean {
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return HANDSHAKE.test(code + message)
  return message.includes('before secure TLS connection')
}

/** Clients copy a system error's code onto their own and keep the rest in its cause. */
function syscallOf(error: Fields): unknown {
  const cause = error['cause']
  return error['syscall'] ?? (isObject(cause) && cause['code'] === error['code'] ? cause['syscall'] : undefined)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
