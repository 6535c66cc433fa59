/**
 * Peer port: what two services that know each other's contract tell each other, and who writes it down.
 *
 * A status and Retry-After cannot say "nothing was done", "come back in 340 ms" or "three attempts were
 * spent below, do not repeat them"; so layers multiply, and a callee works on for a caller that has left.
 * The guard knows this interface only: how the fields look on the wire, and the library that reads them,
 * is for those who import `truce/peer`. What is said in spec/wire counts for every language.
 *
 * @module
 */
import type { Classifier } from '../policy/classify.js'

/** What an attempt tells the service it is sent to. */
export interface PeerContext {
  /** The call that the attempt belongs to; all its attempts have the same. */
  readonly call: string
  /** 1 for the first. */
  readonly attempt: number
  /** ms for which the caller waits for this attempt, counted from sending. Absent: it does not say. */
  readonly deadline?: number
  /** Does somebody wait for it? */
  readonly urgency?: 'interactive' | 'background'
  /** The service that calls. */
  readonly caller?: string
  /** Version of the callee's contract that the caller was checked against. */
  readonly contract?: number
  /** ms since the idempotency key was first used. */
  readonly keyAge?: number
  /** The layer that owns the retries, where an outer one declared that it does. */
  readonly owner?: string
  /** The layer that decides about the business once retries end; written only beside `owner`. */
  readonly businessOwner?: string
}

/** `share`: the caller's retries are above the share that the contract grants them. */
export type PeerReason = 'exhausted' | 'overloaded' | 'draining' | 'share'

/** What a service tells whoever called it. */
export interface PeerPushback {
  /** `false`: do not repeat this. */
  readonly retry?: boolean
  /** ms to wait before the next attempt. */
  readonly after?: number
  /** ms until the caller's place in the service's virtual queue comes up; counts before `after`. */
  readonly slot?: number
  /** `false`: nothing of this request took effect. */
  readonly applied?: boolean
  /** Why it should not be repeated now. */
  readonly reason?: PeerReason
  /** Who says it: this one host, or the service as a whole. */
  readonly scope?: 'host' | 'service'
  /** Share of its capacity that is in use; above 1 where work queues. */
  readonly load?: number
  /** Requests that wait. */
  readonly backlog?: number
}

/** The caller's side: what a guard needs. `''` from a writer: there is nothing to send, leave the field out. */
export interface PeerPort {
  readonly requestField: 'retry-context'
  readonly answerField: 'retry-pushback'
  /** Never throws: what the field cannot carry is left out. */
  write(context: PeerContext): string
  /** Never throws; `undefined` where the field says nothing that can be understood. */
  read(value: string): PeerPushback | undefined
  /** The rules of HTTP refined by what the peer says of itself; the only reader of its field. */
  classifier(base: Classifier): Classifier
  /** Can the fields carry this name? To be asked at construction: a name that they cannot is never sent. */
  carries(name: string): boolean
}

/** The callee's side: what an admission needs. Believe a caller that you know, and nobody else. */
export interface PeerServerPort {
  readonly requestField: 'retry-context'
  readonly answerField: 'retry-pushback'
  /** Never throws; `undefined` where the field says nothing that can be understood. */
  readContext(value: string): Partial<PeerContext> | undefined
  /** Never throws: what the field cannot carry is left out. */
  writePushback(pushback: PeerPushback): string
}
