/**
 * Visit: one request, from its arrival to its answer.
 *
 * @module
 */
import type { PeerPushback } from '../context/peer-port.js'
import { inContext, inheriting } from '../context/inherit.js'
import { classifyStatus } from '../http/semantics/status.js'
import { isTransient } from '../policy/classify.js'
import { attempts } from '../telemetry/events.js'
import { CallerLeftError } from './errors.js'
import type { KeyedRun } from './feature.js'
import type { Place } from './admission-port.js'
import type { Answer, AnswerHeader, AnswerHeaders } from './incoming.js'
import type { ServedCounters } from '../telemetry/served.js'
import type { Refused } from './refusals.js'
import { reportServed } from './report.js'
import type { RequestContext } from './request-context.js'
import type { ServedSettings, ServiceSettings } from './settings.js'

const NONE: AnswerHeaders = []
const NOT_APPLIED: PeerPushback = Object.freeze({ applied: false })
const EXHAUSTED: PeerPushback = Object.freeze({ reason: 'exhausted' })

/** What of its operation a visit needs. */
export interface VisitHome {
  readonly settings: ServiceSettings
  readonly served: ServedSettings
  readonly counters: ServedCounters
}

/**
 * What an adapter does with a request: `refusal` is sent instead of running the handler; `turn` is waited for before
 * anything begins; `keyed` frames it.
 */
export class Visit {
  readonly of: VisitHome
  readonly context: RequestContext
  /** The answer to send at once, and for want of what. */
  refusal: Refused | undefined
  /** It has to wait for its turn: resolves when it may go on, or with its refusal. Never rejects. */
  readonly turn: Promise<Refused | undefined> | undefined
  /** The handler runs between its `begin` and its `end`. */
  readonly keyed: KeyedRun | undefined
  /** Is its caller believed? Then it is told more than strangers are. */
  readonly known: boolean
  readonly #place: Place | undefined
  #greeted = false
  #begun = false
  #counted = true
  #over = false

  constructor(
    of: VisitHome,
    context: RequestContext,
    known: boolean,
    refusal: Refused | undefined,
    keyed: KeyedRun | undefined,
    place?: Place,
  ) {
    this.of = of
    this.context = context
    this.refusal = refusal
    this.keyed = keyed
    this.known = known
    this.#place = place
    this.turn = place?.turn?.then((refused) => (this.refusal = refused))
    of.counters.requests++
    of.counters.inFlight++
  }

  /** Calls the handler, or what comes next, where guards inside find its context. */
  run<T>(handler: () => T): T {
    // With no argument: to the `done` of a framework one is an error.
    return inheriting() ? inContext(this.context, () => handler()) : handler()
  }

  /**
   * What every answer to a peer says, for adapters to which headers are dear once the answer is there: then `headers`
   * repeats it only where there is more to say. Not under a key: there all headers of an answer are recorded.
   */
  greeting(): AnswerHeader | undefined {
    if (!this.known || this.keyed || this.#greeted) return undefined
    const load = this.of.served.entrance?.load
    if (load === undefined) return undefined
    this.#greeted = true
    return load.header()
  }

  /** What an answer of this status says besides; to be asked when the answer is there, before it is sent. */
  headers(status: number): AnswerHeaders {
    const said = this.keyed?.headers ?? NONE
    if (!this.known) return said
    const pushback = status < 400 ? undefined : this.#pushback(status)
    const load = this.of.served.entrance?.load
    if (load) {
      if (pushback) return [...said, load.header(pushback)]
      return this.#greeted ? said : [...said, load.header()]
    }
    const { peer } = this.of.settings
    const field = pushback && peer?.writePushback(pushback)
    return field ? [...said, [(peer as NonNullable<typeof peer>).answerField, field]] : said
  }

  #pushback(status: number): PeerPushback | undefined {
    if (this.refusal !== undefined) return this.refusal.pushback ?? NOT_APPLIED
    if (this.keyed?.pushback) return this.keyed.pushback
    if (!this.context.exhausted) return undefined
    const failure = classifyStatus(status, false)
    return failure !== undefined && isTransient(failure) ? EXHAUSTED : undefined
  }

  /** Claims the key of `keyed`: what is begun now is finished, whoever leaves. @returns as `KeyedRun.begin` */
  begin(keyed: KeyedRun): Promise<Answer | undefined> {
    this.#begun = true
    return keyed.begin()
  }

  /** The caller has left before its answer. */
  left(): void {
    const { context, of } = this
    if (this.#over || context.leftAt !== undefined) return
    const now = of.settings.clock.now()
    context.leftAt = now
    // What runs under a key goes on: its result is recorded for the next repeat.
    if (this.#begun) return
    this.#place?.left(now)
    // A handler that hears of it may stop without a word: nothing would ever end the visit.
    this.#uncount()
    context.abort(new CallerLeftError(of.settings.service, of.served.operation))
  }

  /** The handler has answered, or would have. Once; further calls do nothing. */
  ended(status: number): void {
    if (this.#over) return
    this.#over = true
    const { context, of } = this
    const { counters } = of
    context.ended()
    this.#uncount()
    if (this.refusal !== undefined) counters.refuse(this.refusal.reason)
    const late = Math.min(context.endsAt, context.leftAt ?? Number.POSITIVE_INFINITY)
    if (late === Number.POSITIVE_INFINITY && this.#place === undefined && !attempts.active) return
    const now = of.settings.clock.now()
    this.#place?.ended(status < 400 && context.leftAt === undefined, now)
    if (now > late && this.refusal === undefined) counters.abandonedMs += now - late
    if (attempts.active) reportServed(this, status, now)
  }

  /** ms that it waited for its turn; nothing where nobody stands at the door. */
  get waited(): number | undefined {
    return this.#place?.waited
  }

  #uncount(): void {
    if (!this.#counted) return
    this.#counted = false
    this.of.counters.inFlight--
  }
}
