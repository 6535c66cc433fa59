/**
 * Settings of a service and of what it serves, checked once.
 *
 * @module
 */
import type { PeerServerPort } from '../context/peer-port.js'
import { type Clock, systemClock } from '../guard/clock.js'
import { OptionError } from '../guard/errors.js'
import { flag, knownOptions, name, neededOptions, oneOf } from '../guard/options/check.js'
import type { AdmissionFeature, Entrance } from './admission-port.js'
import { servedCounters, type ServedCounters } from '../telemetry/served.js'
import { type Duration, duration, type Share, share } from '../options/units.js'
import type { KeyedFeature, KeyedOperation } from './feature.js'
import type { Incoming } from './incoming.js'

/**
 * Who calls, as you have authenticated it (a client certificate, a token), or nothing for a stranger. What a
 * request says of itself proves nothing.
 */
export type Peers = (incoming: Incoming) => string | undefined

/** What all operations of a service share. All of it may be left out. */
export interface ServiceOptions<Rules = never> {
  /** Reads and writes Truce's fields: `peer` of `truce/peer`. Without it nothing is read and nothing said. */
  peer?: PeerServerPort | undefined
  /**
   * Whose `Retry-Context` is believed: of callers that a function knows, or `all` where nobody else can reach the
   * service. Default: nobody's.
   */
  peers?: Peers | 'all' | undefined
  /** What makes repeated requests take effect once: `httpIdempotency()` of `truce/server/idempotency`. */
  idempotency?: KeyedFeature<Rules> | undefined
  /**
   * What decides which requests are taken on, and when: `admission()`. One for all operations, for they share what the
   * process can do; services of one process may share it too. Default: all are, at once.
   */
  admission?: AdmissionFeature | undefined
  /** Guards inside handlers find the request's context by AsyncLocalStorage. It costs; see `docs/guard.md`. Default false. */
  inherit?: boolean | undefined
  /** Time, for tests. Default: the system's. */
  clock?: Clock | undefined
}

/** What one operation is and promises. */
export interface ServedOptions<Rules = never> {
  /** Does it change anything? */
  effect: 'read' | 'write'
  /** It stops working on a request after that. Default: when its caller gives up. */
  deadline?: Duration | undefined
  /** Less time than that is not worth beginning: such a request is refused before any work. Default: 0. */
  least?: Duration | undefined
  /** Does somebody wait for it? What its callers say of a request counts before it. Default: interactive. */
  urgency?: 'interactive' | 'background' | undefined
  /**
   * Retries that it admits from all its callers, as a share of originals; where the service has an admission. Default:
   * as many as there is room for.
   */
  retries?: { share?: Share | undefined } | undefined
  /** `none`: its requests pass the service's admission by (health checks, answers that stream for hours). */
  admission?: 'none' | undefined
  /** How it treats idempotency keys. Default: it takes none. */
  idempotency?: Rules | undefined
}

/** Checked. */
export interface ServiceSettings {
  readonly service: string
  readonly peer: PeerServerPort | undefined
  readonly peers: Peers | 'all' | undefined
  readonly keyed: KeyedFeature | undefined
  readonly admission: AdmissionFeature | undefined
  readonly inherit: boolean
  readonly clock: Clock
}

/** Checked. Times are ms. */
export interface ServedSettings {
  readonly operation: string
  readonly effect: 'read' | 'write'
  /** `Infinity`: none. */
  readonly deadline: number
  readonly least: number
  readonly urgency: 'interactive' | 'background'
  readonly counters: ServedCounters
  readonly keyed: KeyedOperation | undefined
  readonly entrance: Entrance | undefined
}

const SERVICE: readonly (keyof ServiceOptions)[] = [
  'peer', 'peers', 'idempotency', 'admission', 'inherit', 'clock',
] // prettier-ignore
const SERVED: readonly (keyof ServedOptions)[] = [
  'effect', 'deadline', 'least', 'urgency', 'retries', 'admission', 'idempotency',
] // prettier-ignore

/** @throws OptionError */
export function serviceSettings<Rules>(service: string, options: ServiceOptions<Rules>): ServiceSettings {
  knownOptions(options, SERVICE, 'service')
  return Object.freeze({
    service,
    peer: peerOf(options.peer),
    peers: peersOf(options.peers, options.peer),
    keyed: featureOf(options.idempotency),
    admission: admissionOf(options.admission),
    inherit: flag(options.inherit ?? false, 'inherit'),
    clock: options.clock ?? systemClock,
  })
}

/** @throws OptionError */
export function servedSettings<Rules>(
  settings: ServiceSettings,
  operation: string,
  options: ServedOptions<Rules>,
): ServedSettings {
  const { service, keyed } = settings
  name(operation, 'name of the operation')
  neededOptions(options, SERVED, 'operation')
  const effect = oneOf(options.effect, 'effect', ['read', 'write'])
  const rules = options.idempotency
  if (rules !== undefined && keyed === undefined) {
    const first = 'nothing before the service has it: service(name, { idempotency: httpIdempotency({ … }) })'
    throw new OptionError('idempotency', rules, first)
  }
  const deadline = options.deadline === undefined ? Number.POSITIVE_INFINITY : duration(options.deadline, 'deadline')
  const least = duration(options.least ?? 0, 'least')
  if (deadline === 0) throw new OptionError('deadline', options.deadline, "more than nothing, such as '2s'")
  if (least >= deadline) throw new OptionError('least', options.least, `less than deadline (${deadline} ms)`)
  const urgency = oneOf(options.urgency ?? 'interactive', 'urgency', ['interactive', 'background'])
  const counters = servedCounters(service, operation)
  return Object.freeze({
    operation,
    effect,
    deadline,
    least,
    urgency,
    counters,
    entrance: entranceOf(settings, options, { background: urgency === 'background', counters }),
    keyed: rules === undefined ? undefined : keyed?.operation(`${service}.${operation}`, effect, rules),
  })
}

function peerOf(given: PeerServerPort | undefined): PeerServerPort | undefined {
  if (given === undefined) return undefined
  if (typeof given?.readContext === 'function' && typeof given.writePushback === 'function') return given
  throw new OptionError('peer', given, "the peer of 'truce/peer' (which needs the package structured-headers)")
}

function peersOf(given: Peers | 'all' | undefined, peer: unknown): Peers | 'all' | undefined {
  if (given === undefined) return undefined
  if (given !== 'all' && typeof given !== 'function') {
    throw new OptionError('peers', given, "a function (incoming) => name of the caller, or 'all'")
  }
  if (peer === undefined) throw new OptionError('peers', given, 'nothing without peer: it reads what a caller says')
  return given
}

function featureOf<Rules>(given: KeyedFeature<Rules> | undefined): KeyedFeature | undefined {
  if (given === undefined) return undefined
  if (typeof given?.operation === 'function') return given
  throw new OptionError('idempotency', given, "httpIdempotency({ … }) of 'truce/server/idempotency'")
}

function admissionOf(given: AdmissionFeature | undefined): AdmissionFeature | undefined {
  if (given === undefined) return undefined
  if (typeof given?.operation === 'function') return given
  throw new OptionError('admission', given, 'admission({ … })')
}

function entranceOf(
  { service, clock, peer, admission }: ServiceSettings,
  options: Pick<ServedOptions, 'retries' | 'admission'>,
  of: { readonly background: boolean; readonly counters: ServedCounters },
): Entrance | undefined {
  const { retries, admission: passes } = options
  knownOptions(retries, ['share'], 'retries')
  const retriesShare = retries?.share === undefined ? undefined : share(retries.share, 'retries.share')
  if (passes !== undefined) oneOf(passes, 'admission', ['none'])
  if (passes === 'none') return undefined
  return admission?.operation({ service, clock, peer, retriesShare, ...of })
}
