/**
 * Drive: a request through its visit, for node:http and whatever hands its objects on.
 *
 * Without a key nothing is wrapped and nothing is waited for: two listeners hear of the end.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { KeyedRun } from '../feature.js'
import type { Incoming } from '../incoming.js'
import type { ServedOperation } from '../operation.js'
import { answerOf, toProblem } from '../problem.js'
import type { Refused } from '../refusals.js'
import type { Visit } from '../visit.js'
import { follow } from './follow.js'
import { greet } from './greet.js'
import { heldOf, hold } from './hold.js'
import { sendAnswer } from './send.js'
import { keepVisit, placeOf, visitOf } from './visit-of.js'

/** A framework's request, the message beneath it, and its answer. */
export interface Exchange {
  readonly incoming: Incoming
  readonly message: IncomingMessage
  readonly response: ServerResponse
}

/** @returns what the handler does; nothing where Truce has answered */
export function drive<T>(
  operation: ServedOperation,
  exchange: Exchange,
  handler: (visit: Visit) => T,
): T | undefined | Promise<unknown> {
  const { incoming, message, response } = exchange
  const visit = operation.receive(incoming)
  keepVisit(placeOf(message), visit)
  if (visit.refusal) return refuse(visit, response, visit.refusal)
  follow(visit, response)
  return visit.turn ? whenItsTurn(visit, visit.turn, response, handler) : begin(visit, response, handler)
}

function refuse(visit: Visit, response: ServerResponse, { answer }: Refused): undefined {
  sendAnswer(response, answer, visit)
  visit.ended(answer.status)
}

async function whenItsTurn(
  visit: Visit,
  turn: NonNullable<Visit['turn']>,
  response: ServerResponse,
  handler: (visit: Visit) => unknown,
): Promise<unknown> {
  const refused = await turn
  return refused ? refuse(visit, response, refused) : begin(visit, response, handler)
}

function begin<T>(visit: Visit, response: ServerResponse, handler: (visit: Visit) => T): T | Promise<unknown> {
  const { keyed } = visit
  if (keyed) return underKey(visit, keyed, response, handler)
  greet(visit, response)
  return visit.run(() => handler(visit))
}

async function underKey(
  visit: Visit,
  keyed: KeyedRun,
  response: ServerResponse,
  handler: (visit: Visit) => unknown,
): Promise<unknown> {
  const early = await visit.begin(keyed)
  if (early) {
    sendAnswer(response, early, visit)
    visit.ended(early.status)
    return undefined
  }
  hold(response, visit, keyed)
  return visit.run(() => handler(visit))
}

/**
 * Answers for what a handler threw.
 *
 * @param message the request beneath the framework's @param pass told of what is not Truce's to answer
 */
export function fail(
  message: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  pass: (error: unknown) => void,
): void | Promise<void> {
  const held = heldOf(response)
  if (held?.open) return failUnderKey(held.threw(error), message, response, error, pass)
  const problem = response.headersSent ? undefined : toProblem(error)
  if (problem) sendAnswer(response, answerOf(problem), visitOf(placeOf(message)))
  else pass(error)
}

async function failUnderKey(
  threw: Promise<'broken' | 'late' | object | undefined>,
  message: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  pass: (error: unknown) => void,
): Promise<void> {
  const answer = await threw
  if (answer === 'late') return
  if (answer === 'broken') pass(error)
  else if (answer) sendAnswer(response, answer as Parameters<typeof sendAnswer>[1], visitOf(placeOf(message)))
  else await fail(message, response, error, pass)
}
