/**
 * Redis reply: what the first word of an error reply means.
 *
 * A Redis that loads its dump after a restart, or a replica that takes writes for a primary gone, refuses
 * every command for seconds, and means it: nothing was done. An error from within a script is not so
 * sure, as commands before it stay done.
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 * @module
 */
import { type Failure, failure, type FailureClass } from '../policy/classify.js'

const WORDS: Readonly<Record<string, FailureClass>> = {
  LOADING: 'unavailable',
  MASTERDOWN: 'unavailable',
  CLUSTERDOWN: 'unavailable',
  READONLY: 'unavailable',
  NOREPLICAS: 'unavailable',
  MISCONF: 'unavailable', // it cannot save, and so refuses writes
  UNBLOCKED: 'unavailable',
  MOVED: 'unavailable', // redirections that the client did not follow
  ASK: 'unavailable',
  BUSY: 'overloaded', // a script that does not end
  OOM: 'overloaded',
  TRYAGAIN: 'conflict', // keys on their way to another node
  BUSYKEY: 'rejected',
  BUSYGROUP: 'rejected',
  EXECABORT: 'rejected',
  WRONGTYPE: 'rejected',
  NOSCRIPT: 'not-found',
  NOGROUP: 'not-found',
  NOAUTH: 'unauthorized',
  WRONGPASS: 'unauthorized',
  NOPERM: 'unauthorized',
  CROSSSLOT: 'invalid',
  ERR: 'invalid',
}

/** What an error reply means; `undefined` where the message is none that Redis is known to send. */
export function judgeReply(message: string): Failure | undefined {
  const word = /^[A-Z]+(?= )/.exec(message)?.[0]
  const byWord = word !== undefined && Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
  if (!byWord) return undefined
  const inScript = word !== 'NOSCRIPT' && word !== 'BUSY' && /script/i.test(message)
  const full = message.startsWith('ERR max number of clients')
  return failure(full ? 'overloaded' : byWord, inScript ? 'unknown' : 'not-applied')
}
