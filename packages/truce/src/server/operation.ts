/**
 * Served operation: what a request goes through before its handler.
 *
 * @module
 */
import type { PeerContext } from '../context/peer-port.js'
import { type ServedCounters, servedCounters } from '../telemetry/served.js'
import type { KeyedRun } from './feature.js'
import type { Answer, Incoming } from './incoming.js'
import { answerOf } from './problem.js'
import { deadlinePassed } from './refusals.js'
import { RequestContext } from './request-context.js'
import { said, warn } from '../telemetry/warning.js'
import type { Peers, ServedSettings, ServiceSettings } from './settings.js'
import { Visit } from './visit.js'

const NEVER = Number.POSITIVE_INFINITY

/** One action that a service offers. */
export class ServedOperation {
  readonly settings: ServiceSettings
  readonly served: ServedSettings
  readonly counters: ServedCounters

  constructor(settings: ServiceSettings, served: ServedSettings) {
    this.settings = settings
    this.served = served
    this.counters = servedCounters(settings.service, served.operation)
  }

  get service(): string {
    return this.settings.service
  }

  get operation(): string {
    return this.served.operation
  }

  get clock(): ServiceSettings['clock'] {
    return this.settings.clock
  }

  /** A request has come: who calls, until when, and whether it may be worked on. */
  receive(incoming: Incoming): Visit {
    const { settings, served } = this
    const now = settings.clock.now()
    const told = settings.peers === undefined ? undefined : this.#told(incoming, settings.peers)
    const own = now + served.deadline
    const until = told?.deadline === undefined ? NEVER : now + told.deadline
    const context = new RequestContext(this, incoming, told, now, Math.min(own, until))
    const known = told !== undefined
    if (context.endsAt - now <= served.least && context.endsAt < NEVER) {
      return new Visit(this, context, known, { reason: 'deadline', answer: answerOf(deadlinePassed) }, undefined)
    }
    const keyed = served.keyed?.receive(incoming, context)
    if (keyed === undefined) return new Visit(this, context, known, undefined, undefined)
    if (isRun(keyed)) {
      // What was begun under a key is finished and recorded, whoever has left: the next repeat gets its result.
      context.endsAt = own
      return new Visit(this, context, known, undefined, keyed)
    }
    return new Visit(this, context, known, { reason: 'key', answer: keyed }, undefined)
  }

  /** @returns what the caller says of itself, where it is believed; `{}` where it says nothing */
  #told(incoming: Incoming, peers: NonNullable<ServiceSettings['peers']>): Partial<PeerContext> | undefined {
    const caller = peers === 'all' ? undefined : callerOf(incoming, peers)
    if (peers !== 'all' && caller === undefined) return undefined
    const { peer } = this.settings
    const field = peer && incoming.header(peer.requestField)
    const told = field === undefined ? undefined : peer?.readContext(field)
    // Whoever it was found to be counts, whatever name the field gives.
    return caller === undefined ? (told ?? NOTHING) : { ...told, caller }
  }
}

/** A request for which the application's own check fails comes from a stranger: it must not cost the process. */
function callerOf(incoming: Incoming, peers: Peers): string | undefined {
  try {
    const caller = peers(incoming)
    return typeof caller === 'string' ? caller : undefined
  } catch (error) {
    if (!warned.has(peers)) {
      warned.add(peers)
      warn('TRUCE_PEERS', `peers() failed; such requests are taken for a stranger's. Mend it: ${said(error)}`)
    }
    return undefined
  }
}

const warned = new WeakSet<Peers>()

const NOTHING: Partial<PeerContext> = Object.freeze({})

function isRun(keyed: KeyedRun | Answer): keyed is KeyedRun {
  return 'begin' in keyed
}
