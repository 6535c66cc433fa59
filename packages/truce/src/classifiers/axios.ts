/**
 * axios: what its errors say beyond the answer or the system error that they carry.
 *
 * Its own timeout has the code ECONNABORTED, like a connection that broke, so a dependency that went
 * silent looked unavailable and never slow. And an error after retries of axios-retry tells of the last
 * attempt only.
 *
 * @module
 */
import { isObject } from '../http/semantics/answer.js'
import { failure } from '../policy/classify.js'
import { innerLayer } from './inner-layer.js'
import { afterRepeats, GAVE_UP, LOST, MISUSED, silent, text, thrown, TIMED_OUT } from './thrown.js'

/** Refused by axios before anything is sent. */
const MISUSE = /^ERR_(?:BAD_OPTION|BAD_OPTION_VALUE|INVALID_URL|NOT_SUPPORT|FR_MAX_BODY_LENGTH_EXCEEDED)$/

/** Judges errors of `axios`; answers and system errors within them are left to the rules of HTTP. */
export const axios = /* @__PURE__ */ thrown((error) => {
  if (error['isAxiosError'] !== true) return undefined
  const code = text(error['code'])
  const message = text(error['message'])
  const answered = isObject(error['response'])
  if (code === 'ERR_CANCELED') return GAVE_UP
  if (code === 'ECONNABORTED' && message.startsWith('timeout')) return TIMED_OUT
  if (MISUSE.test(code) || (code === 'ERR_BAD_REQUEST' && !answered)) return MISUSED
  if (code === 'ERR_FR_TOO_MANY_REDIRECTS' || message.startsWith('maxContentLength'))
    return silent('rejected', 'unknown')
  // Its answer ended early, or (2xx) could not be read.
  if (code === 'ERR_BAD_RESPONSE' && (!answered || message === 'stream has been aborted')) return LOST
  if (error['name'] === 'SyntaxError' && answered) return failure('internal')
  if (code === 'ERR_NETWORK' && !isObject(error['cause'])) return LOST
  return innerLayer(error) ? afterRepeats(error) : undefined
})
