/**
 * Late: a handler that goes on after its caller was answered in its place.
 *
 * To Node its answer has been sent: each header it sets would throw, and each byte that it writes would end the process.
 *
 * @module
 */
import { ServerResponse } from 'node:http'

/** Those that look at headers, and change them. */
const HEADERS = [
  'setHeader',
  'setHeaders',
  'appendHeader',
  'removeHeader',
  'getHeader',
  'getHeaders',
  'getHeaderNames',
  'hasHeader',
] as const

/** Where the handler's own answer is written from now on. It goes nowhere, but is recorded. */
export function lateResponse(response: ServerResponse): ServerResponse {
  const late = new ServerResponse(response.req)
  late.statusCode = response.statusCode
  for (const [name, value] of Object.entries(response.getHeaders())) late.setHeader(name, value as string)
  return late
}

/** Sets and reads headers there. Until the handler says another, its status is the one that was sent: for logs. */
export function writesTo(response: ServerResponse, late: ServerResponse): void {
  let { statusCode } = response
  for (const name of HEADERS) Object.assign(response, { [name]: late[name].bind(late) })
  Object.defineProperty(response, 'statusCode', {
    configurable: true,
    get: () => statusCode,
    set(status: number) {
      statusCode = late.statusCode = status
    },
  })
}
