/**
 * What the answers and errors of HTTP mean: status, Retry-After and other pushback, system errors.
 *
 * @module
 */
export { classifyValue, getHeader } from './answer.js'
export { classifyHttp, httpClassifier } from './classify.js'
export { LONGEST_WAIT, parseRetryAfter } from './retry-after.js'
export { certaintyOfStatus, classifyStatus } from './status.js'
export { classifyError, type Surroundings } from './system-error.js'
