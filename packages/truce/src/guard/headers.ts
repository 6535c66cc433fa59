/**
 * Headers: what travels with an attempt to its dependency.
 *
 * The caller's idempotency key goes wherever there is one; deadline, attempt and owner only to declared
 * peers: nobody else understands them, and a stranger need not know who calls.
 *
 * @module
 */
import type { PeerContext } from '../context/peer-port.js'
import type { Attempt } from './attempt.js'
import type { CallSettings } from './call-settings.js'
import type { Core } from './core.js'

/** What of a call its headers are made from. Times are ms on the guard's clock. */
interface Sender {
  readonly callId: string
  readonly core: Core
  readonly settings: CallSettings
  readonly began: number
  now(): number
}

export function headersOf(call: Sender, attempt: Attempt): Record<string, string> {
  const { core, settings } = call
  const headers: Record<string, string> = {}
  if (settings.sent) headers[settings.sent[0]] = settings.sent[1]
  const context = core.peer?.write(contextOf(call, attempt))
  if (core.peer && context) headers[core.peer.requestField] = context
  return headers
}

function contextOf(call: Sender, attempt: Attempt): PeerContext {
  const { core, settings } = call
  const { remaining, owner } = attempt
  const context: Writable<PeerContext> = { call: call.callId, attempt: attempt.attempt, urgency: urgencyOf(call) }
  if (remaining < Number.POSITIVE_INFINITY) context.deadline = remaining
  if (core.service !== '') context.caller = core.service
  if (settings.key !== undefined) context.keyAge = settings.age + call.now() - call.began
  if (typeof owner === 'string') context.owner = owner
  else if (owner) Object.assign(context, { owner: owner.transient, businessOwner: owner.business })
  return context
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

interface Urgent {
  readonly core: Pick<Core, 'rules'>
  readonly settings: Pick<CallSettings, 'rules'>
}

/** Does somebody wait for the answer? */
export function urgencyOf({ core, settings }: Urgent): 'interactive' | 'background' {
  return (settings.rules ?? core.rules).background ? 'background' : 'interactive'
}
