/**
 * node-redis (`redis`, `@redis/client`).
 *
 * All its errors are named "Error", so their messages have to tell. A command that was sent when its
 * connection broke is not sent again: there is no second layer.
 *
 * @module
 */
import type { Failure } from '../policy/classify.js'
import { judgeReply } from './redis-reply.js'
import { GAVE_UP, LOST, MISUSED, NEVER_SENT, silent, text, thrown, TIMED_OUT } from './thrown.js'

const MESSAGES: Readonly<Record<string, Failure>> = {
  'Connection timeout': NEVER_SENT,
  'The client is offline': NEVER_SENT,
  'All the root nodes are unavailable': NEVER_SENT,
  'Socket closed unexpectedly': LOST,
  'Disconnects client': LOST,
  'The client is closed': MISUSED,
  'The command was aborted': GAVE_UP,
  'One (or more) of the watched keys has been changed': silent('conflict', 'not-applied'),
}

/** `commandOptions.timeout` ends only commands that wait to be written. */
const NOT_WRITTEN = silent('timeout', 'not-applied')

/** Judges errors of `redis`. */
export const nodeRedis = /* @__PURE__ */ thrown((error) => {
  const message = text(error['message'])
  if (message.startsWith('Socket timeout ')) return TIMED_OUT
  if (message === '' && isNamed(error, 'TimeoutError')) return NOT_WRITTEN
  // A reconnect strategy that gave up: the command may have been sent on the connection before.
  if ('originalError' in error && 'socketError' in error) return LOST
  return MESSAGES[message] ?? judgeReply(message)
})

/** That error has neither a name nor a message. */
function isNamed(error: object, name: string): boolean {
  return error.constructor?.name === name
}
