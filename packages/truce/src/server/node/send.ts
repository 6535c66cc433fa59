/**
 * Send: an answer of Truce's own, on a ServerResponse.
 *
 * @module
 */
import type { ServerResponse } from 'node:http'
import type { Answer } from '../incoming.js'
import type { Visit } from '../visit.js'
import { isFraming, replaceHeaders, withoutBodys } from './headers.js'

/** Sends it, with what peers are told besides; nothing where something was sent already. */
export function sendAnswer(response: ServerResponse, answer: Answer, visit: Visit | undefined): void {
  const { status, headers, body } = answer
  if (response.headersSent) return
  const ours = headers.filter(([name]) => !isFraming(name))
  replaceHeaders(response, withoutBodys(response.getHeaders()), ours, visit?.headers(status))
  response.statusCode = status
  response.statusMessage = ''
  response.end(body)
}
