/**
 * Run: one request under its key, between the framework that has the handler and the engine that has the key.
 *
 * A library of the field records when the answer has been sent: what dies in between runs again, though its caller
 * was told that it was done. So the answer of a handler is handed to the engine first, and what is sent is what the
 * engine says: that answer, or the one of the run that won.
 *
 * @module
 */
import type { PeerPushback } from '../../context/peer-port.js'
import { isTruceError } from '../../guard/errors.js'
import { InvalidPayloadError, type Keyed, ResultNotKeptError } from '../../idempotency/errors.js'
import { notApplied, saysNotApplied } from '../../idempotency/not-applied.js'
import type { Outcome } from '../../idempotency/outcome.js'
import type { Reconcile, Request as EngineRequest, Verdict } from '../../idempotency/request.js'
import type { Mode } from '../../policy/idempotency/record.js'
import type { KeyedRun } from '../feature.js'
import type { Answer, AnswerHeaders } from '../incoming.js'
import type { RequestContext } from '../request-context.js'
import { deferred } from './deferred.js'
import { type Counting, payloadOf } from './payload.js'
import { ownProblem, type Told, toldOf } from './problems.js'
import { answerFrom, type Recorded, recordedOf, wholeAnswer } from './recorded.js'
import type { HttpIdempotencyRules, KeyedSettings } from './settings.js'
import { handOver } from './work.js'

/** What a run needs of its operation. */
export interface RunHome<Transaction> {
  readonly settings: KeyedSettings<Transaction>
  readonly rules: Readonly<HttpIdempotencyRules>
  readonly counting: Counting
  /** What every answer says, whoever makes it. */
  readonly announced: AnswerHeaders
  keyed(context: RequestContext): Keyed
  /** All but what the body says. */
  request(context: RequestContext, tenant: string): Omit<EngineRequest<Mode, never, Transaction>, 'payload'>
}

const REPLAYED = ['idempotent-replayed', 'true'] as const

export class HttpRun<Transaction> implements KeyedRun {
  readonly largest: number
  readonly headers: AnswerHeaders
  replayed = false
  gaveUp: Promise<Answer> | undefined
  pushback: PeerPushback | undefined
  readonly #route: RunHome<Transaction>
  readonly #context: RequestContext
  readonly #tenant: string
  /** How the handler ended, for the engine. */
  readonly #handled = deferred<Recorded>()
  #outcome: Promise<Outcome<Recorded>> | undefined
  #begun: Promise<Answer | undefined> | undefined
  #ended: Promise<Answer | undefined> | undefined

  constructor(route: RunHome<Transaction>, context: RequestContext, tenant: string) {
    this.#route = route
    this.#context = context
    this.#tenant = tenant
    this.headers = route.announced
    this.largest = route.settings.engine.about.largestResult
  }

  begin(): Promise<Answer | undefined> {
    return (this.#begun ??= this.#begin())
  }

  async end(answer: Answer): Promise<Answer> {
    const recorded = recordedOf(answer, this.#route.settings.keptNames, this.largest)
    this.#handled.resolve(this.#marked(recorded))
    return (await (this.#ended ??= this.#end(answer, recorded))) ?? answer
  }

  threw(error: unknown): Promise<Answer | undefined> {
    this.#handled.reject(typeof error === 'object' && error !== null ? this.#marked(error) : error)
    return (this.#ended ??= this.#threw(error))
  }

  async #begin(): Promise<Answer | undefined> {
    const { settings, rules } = this.#route
    let payload: unknown
    try {
      payload = await payloadOf(this.#context.incoming, this.#route.counting)
    } catch (error) {
      const known = isTruceError(error) || rules.payload ? error : new InvalidPayloadError('payload', 'cannot be read')
      return this.#send(this.#failed(known, false))
    }
    const granted = deferred<undefined>()
    const request = {
      ...this.#route.request(this.#context, this.#tenant),
      payload,
      ...(rules.reconcile && { reconcile: (doubt: Reconcile) => this.#reconcile(doubt) }),
      ...(rules.recall && { recall: () => this.#recall() }),
    }
    const outcome = settings.engine
      .outcome(request, (work) => {
        handOver(this.#context, rules.mode, work)
        granted.resolve(undefined)
        return this.#handled.promise
      })
      .catch((error: unknown): Outcome<Recorded> => ({ ok: false, error, source: 'refused' }))
    this.#outcome = outcome
    // Whichever comes first; the outcome of a handler that runs is for `end`.
    const granting = granted.promise.then(() => void (this.gaveUp = this.#before(outcome)))
    return Promise.race([granting, outcome.then((told) => (this.#context.work ? undefined : this.#tell(told)))])
  }

  /** What the engine says before the handler has ended. A handler that never ends must not keep its caller for ever. */
  #before(outcome: Promise<Outcome<Recorded>>): Promise<Answer> {
    return new Promise((resolve) => {
      void outcome.then((told) => {
        if (this.#ended) return
        const answer = this.#tell(told)
        this.#ended = answer
        resolve(answer)
      })
    })
  }

  async #end(answer: Answer, recorded: Recorded): Promise<Answer> {
    const outcome = await this.#outcome
    if (outcome === undefined || (outcome.ok && outcome.value === recorded)) return answer
    return this.#tell(outcome)
  }

  async #threw(error: unknown): Promise<Answer | undefined> {
    const outcome = await this.#outcome
    if (outcome && (outcome.ok || outcome.error !== error)) return this.#tell(outcome)
    return ownProblem(error, this.#route.settings)
  }

  /** A handler may have said of its context that nothing was applied. */
  #marked<Ended extends object>(ended: Ended): Ended {
    return saysNotApplied(this.#context) ? (notApplied(ended) as unknown as Ended) : ended
  }

  /** What became of a key, where it is not the handler's own answer. */
  async #tell(outcome: Outcome<Recorded>): Promise<Answer> {
    if (!outcome.ok) return this.#send(this.#failed(outcome.error, outcome.kept === 'forget'))
    this.replayed = true
    const replay = answerFrom(outcome.value)
    if (replay?.body) return asReplay(replay)
    try {
      if (this.#route.rules.recall) return asReplay(answerFrom(await this.#recall()) as Answer)
    } catch (error) {
      return this.#send(this.#failed(error, false))
    }
    const { answer, pushback } = this.#failed(new ResultNotKeptError(this.#route.keyed(this.#context)), false)
    const location = (replay?.headers ?? []).filter(([name]) => name === 'location')
    return this.#send({ answer: { ...answer, headers: [...answer.headers, ...location] }, pushback })
  }

  #failed(error: unknown, rolledBack: boolean): Told {
    const { settings } = this.#route
    const told = toldOf(error, rolledBack, settings)
    try {
      if (told.answer.status >= 500) settings.onError(error, this.#context)
    } catch {
      // A log that fails must not keep the caller from its answer.
    }
    return told
  }

  #send({ answer, pushback }: Told): Answer {
    this.pushback = pushback
    return this.replayed ? asReplay(answer) : answer
  }

  async #recall(): Promise<Recorded> {
    const { rules, settings } = this.#route
    const answer = await wholeAnswer(await rules.recall?.(this.#context))
    return recordedOf(answer, settings.keptNames, Number.POSITIVE_INFINITY)
  }

  async #reconcile(doubt: Reconcile): Promise<Verdict<Recorded>> {
    const { rules, settings } = this.#route
    const found = (await rules.reconcile?.(doubt, this.#context)) ?? 'unknown'
    if (found === 'unknown' || !found.applied) return found
    return { applied: true, value: recordedOf(await wholeAnswer(found.response), settings.keptNames, this.largest) }
  }
}

function asReplay(answer: Answer): Answer {
  return { ...answer, headers: [...answer.headers, REPLAYED] }
}
