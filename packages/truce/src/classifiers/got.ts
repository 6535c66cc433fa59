/**
 * got: what its errors say beyond the answer or the system error that they carry.
 *
 * got repeats reads twice by default. The error of the last attempt carries how many there were; what it
 * proves of itself ("refused, so nothing was applied") it does not prove of those before.
 *
 * @module
 */
import type { Failure } from '../policy/classify.js'
import { failure } from '../policy/classify.js'
import { innerLayer } from './inner-layer.js'
import { afterRepeats, GAVE_UP, MISUSED, NEVER_SENT, silent, text, thrown } from './thrown.js'

const CODES: Readonly<Record<string, Failure>> = {
  ERR_BODY_PARSE_FAILURE: failure('internal'),
  ERR_TOO_MANY_REDIRECTS: silent('rejected', 'unknown'),
  ERR_UNSUPPORTED_PROTOCOL: MISUSED,
  ERR_INVALID_URL: MISUSED,
  ERR_ABORTED: GAVE_UP,
  ERR_CANCELED: GAVE_UP,
}

/** Phases that end before the request is written. */
const CONNECTING = /^(?:lookup|connect|secureConnect)$/

/** Judges errors of `got`; answers and system errors within them are left to the rules of HTTP. */
export const got = /* @__PURE__ */ thrown((error) => {
  if (!('options' in error && 'timings' in error)) return undefined
  const byCode = CODES[text(error['code'])]
  const connecting = error['name'] === 'TimeoutError' && CONNECTING.test(text(error['event']))
  const byGot = byCode ?? (connecting ? NEVER_SENT : undefined)
  return innerLayer(error) ? afterRepeats(error, byGot) : byGot
})
