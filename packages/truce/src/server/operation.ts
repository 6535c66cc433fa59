/**
 * Served operation: what a request goes through before its handler.
 *
 * @module
 */
import type { PeerContext } from '../context/peer-port.js'
import type { ServedCounters } from '../telemetry/served.js'
import type { KeyedRun } from './feature.js'
import type { Answer, Incoming } from './incoming.js'
import { isPlace } from './admission-port.js'
import { late, type Refused } from './refusals.js'
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
    this.counters = served.counters
  }

  get service(): string {
    return this.settings.service
  }

  get operation(): string {
    return this.served.operation
  }

  /** Of what its callers do not say otherwise. */
  get urgency(): 'interactive' | 'background' {
    return this.served.urgency
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
    if (context.endsAt - now <= served.least && context.endsAt < NEVER) return this.#refused(context, known, late)
    const begunBy = context.endsAt - served.least
    const keyed = served.keyed?.receive(incoming, context)
    let run: KeyedRun | undefined
    if (keyed !== undefined) {
      if (!isRun(keyed)) return this.#refused(context, known, { reason: 'key', answer: keyed })
      run = keyed
      // What was begun under a key is finished and recorded, whoever has left: the next repeat gets its result.
      context.endsAt = own
    }
    const place = served.entrance?.enter(context, begunBy, now)
    if (place === undefined || isPlace(place)) return new Visit(this, context, known, undefined, run, place)
    return this.#refused(context, known, place)
  }

  #refused(context: RequestContext, known: boolean, refusal: Refused): Visit {
    return new Visit(this, context, known, refusal, undefined)
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
