/**
 * ioredis.
 *
 * It repeats by itself: a command whose connection broke is sent again on the next, up to
 * `maxRetriesPerRequest` connections (20). So what ends a command never proves that it was not applied,
 * and a command that timed out stays queued: it can be applied *after* its failure.
 *
 * @module
 */
import type { Failure } from '../policy/classify.js'
import { judgeReply } from './redis-reply.js'
import { LOST, NEVER_SENT, text, thrown, TIMED_OUT } from './thrown.js'

const MESSAGES: Readonly<Record<string, Failure>> = {
  'Command timed out': TIMED_OUT,
  'Connection is closed.': LOST,
  "Stream isn't writeable and enableOfflineQueue options is false": NEVER_SENT,
}

/** Judges errors of `ioredis`. Results of `pipeline().exec()` carry errors as values and are not judged. */
export const ioredis = /* @__PURE__ */ thrown((error) => {
  const name = error['name']
  const message = text(error['message'])
  if (name === 'MaxRetriesPerRequestError') return LOST
  return name === 'ReplyError' ? judgeReply(message) : MESSAGES[message]
})
