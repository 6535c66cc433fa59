/**
 * Report: the server's own record of a request, which the caller's records can be compared with.
 *
 * A timeout that the caller saw and a success that the server saw are one attempt; only side by side do they
 * say that the timeout was too short.
 *
 * @module
 */
import { emitRecord } from '../guard/emit-record.js'
import { classifyStatus } from '../http/semantics/status.js'
import type { KeyedRun } from './feature.js'
import type { RequestContext } from './request-context.js'
import type { ServedSettings, ServiceSettings } from './settings.js'

/** What of a visit is told. */
export interface ServedRequest {
  readonly of: { readonly settings: ServiceSettings; readonly served: ServedSettings }
  readonly context: RequestContext
  readonly refusal: object | undefined
  readonly keyed: KeyedRun | undefined
  /** ms that it waited for its turn. */
  readonly waited: number | undefined
}

export function reportServed(
  { of, context, refusal, keyed, waited: queued }: ServedRequest,
  status: number,
  now: number,
): void {
  const { service, clock } = of.settings
  const { operation, effect } = of.served
  const { began, attempt, endsAt } = context
  // As on the caller's side: an attempt starts when it is let in.
  const waited = queued ?? 0
  const timeout = endsAt === Number.POSITIVE_INFINITY ? undefined : endsAt - began
  const failure = classifyStatus(status, false)
  emitRecord(
    {
      side: 'server',
      of: { service, dependency: service, operation, effect, layer: service, clock },
      call: context.call,
      parent: undefined,
      key: context.key,
    },
    now,
    {
      t: began + waited,
      attempt,
      cause: attempt > 1 ? 'retry' : 'original',
      waited,
      ms: now - began - waited,
      timeout,
      queued,
    },
    {
      outcome: refusal ? 'refused' : (failure ?? 'ok'),
      certainty: refusal ? 'not-applied' : failure ? 'unknown' : 'applied',
      stop: undefined,
      source: undefined,
    },
    keyed ? keyed.replayed : undefined,
  )
}
