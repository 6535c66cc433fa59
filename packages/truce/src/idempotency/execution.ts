/**
 * Execution: one call of the engine. It performs what the run decides, and decides nothing itself.
 *
 * The caller's promise and the work are two things: a caller that leaves, or is told that nobody knows, does
 * not stop the work, which is finished and recorded.
 *
 * @module
 */
import { hubOf } from '../context/hub.js'
import { keyHash } from '../guard/key-hash.js'
import { isTruceError } from '../guard/errors.js'
import { judge } from '../guard/judge.js'
import { type Backoff, wait as backoff } from '../policy/backoff.js'
import { advance } from '../policy/idempotency/advance.js'
import type { Kept } from '../policy/idempotency/keeping.js'
import type { Claim, Granted, Mode } from '../policy/idempotency/record.js'
import {
  type Beat,
  beat,
  type Run,
  type RunAction,
  type RunAnswer,
  type RunEvent,
  startRun,
} from '../policy/idempotency/run.js'
import { duplicates } from '../telemetry/events.js'
import type { IdempotencyCounters } from '../telemetry/idempotency.js'
import { promised, tellEnd, unanswered } from './asking.js'
import { type HeldBy, Holding } from './holding.js'
import { inTransaction } from './in-transaction.js'
import { type Judged, judgeEnd, judgeFound } from './judging.js'
import { type Ended, endedOutcome, type Outcome, outcomeOf } from './outcome.js'
import { NOT_KEPT } from './outcome-text.js'
import { reportEnd, reportGone, type Reported } from './report.js'
import type { CheckedRequest, Request } from './request.js'
import type { EngineSettings } from './settings.js'
import type { Transact, Transacted, Worked } from './store.js'
import { waiting } from './waiting.js'
import type { StepWork, TransactionWork } from './work.js'

/** Between two tries to reach the store. */
const AGAIN: Backoff = Object.freeze({ initial: 50, factor: 2, max: 1_000, jitter: 'equal' })

/** A handler of any mode, as the execution calls it. */
type AnyHandler<Transaction> = (work: TransactionWork<Transaction> & StepWork) => unknown

export class Execution<Transaction> implements HeldBy {
  readonly #settings: EngineSettings<Transaction>
  readonly #request: CheckedRequest
  readonly #given: Request<Mode, unknown, Transaction>
  readonly #handler: AnyHandler<Transaction>
  readonly #counters: IdempotencyCounters
  readonly #report: Reported
  readonly #claim: Claim
  readonly #run: Run
  readonly #holding: Holding<Transaction>
  #polls = 0
  /** How the work ended. */
  #judged: Judged | undefined
  /** What the store, or a reconcile hook, threw last. */
  #storeError: unknown
  readonly #tell: (outcome: Outcome<unknown>) => void
  /** Nothing of it is under way any more. */
  readonly #finished: () => void
  #isFinished = false
  /** Did the handler begin? */
  #ran = false
  /** The handler, or the reconcile hook, has not ended. */
  #works = false
  /** Ends a wait for another run. */
  #stopWaiting: (() => void) | undefined
  #leave: (() => void) | undefined

  /**
   * @param tell     called with how it ended for its caller, once or more: the first time counts
   * @param finished called once, when nothing of it is under way any more
   */
  constructor(
    settings: EngineSettings<Transaction>,
    request: CheckedRequest,
    given: Request<Mode, unknown, Transaction>,
    handler: AnyHandler<Transaction>,
    counters: IdempotencyCounters,
    name: string,
    tell: (outcome: Outcome<unknown>) => void,
    finished: () => void,
  ) {
    this.#settings = settings
    this.#request = request
    this.#given = given
    this.#handler = handler
    this.#counters = counters
    this.#tell = tell
    this.#finished = finished
    const { fingerprint, mode, age, born, wait, open } = request
    const { lease, ttl, clock } = settings
    this.#claim = { fingerprint, mode, run: name, lease, ttl, age, born, reconcile: given.reconcile !== undefined }
    const now = clock.now()
    const transaction = mode === 'transaction'
    this.#run = startRun({ transaction, within: given.within !== undefined, lease, wait, open, run: name }, now)
    const { service } = settings
    this.#report = { counters, run: this.#run, clock, service, request, began: now, waited: 0, met: false }
    this.#holding = new Holding(settings, request, this)
  }

  beat(): Beat {
    return beat(this.#run, this.#settings.clock.now())
  }

  timeUp(): void {
    this.#feed({ on: 'time-up' })
  }

  renewed(sent: number): void {
    this.#feed({ on: 'renewed', sent })
  }

  lost(gone: boolean): void {
    this.#feed({ on: 'lease-lost', gone })
  }

  notKept(step: string, why: string): void {
    this.#counters.keepsNot(`the result of its step ${step}`, why)
  }

  /** The key grows older while its caller waits. */
  #aged(): Claim {
    const { age } = this.#claim
    if (age === undefined) return this.#claim
    return { ...this.#claim, age: age + this.#settings.clock.now() - this.#report.began }
  }

  start(): void {
    const { signal } = this.#given
    if (signal?.aborted) {
      this.#callerGone(signal.reason)
      return this.#finish()
    }
    // Who is told ends its own transaction: until nothing more is written through it, nobody leaves.
    if (signal && !this.#run.rules.within) {
      const hub = hubOf(signal)
      const caller = { abort: (reason: unknown) => this.#callerGone(reason) }
      hub.add(caller)
      this.#leave = () => hub.remove(caller)
    }
    this.#do({ do: 'begin' })
  }

  #feed(event: RunEvent): void {
    try {
      this.#do(advance(this.#run, event, this.#settings.clock.now()))
    } catch (error) {
      // A fault of a store or of ours; whoever waits must hear of it all the same.
      this.#answer({ ok: false, error, source: this.#source, kept: 'unknown' })
      this.#over()
    }
  }

  #do(action: RunAction): void {
    const { store, clock, random } = this.#settings
    const { scope } = this.#request
    switch (action.do) {
      case 'begin':
        if (this.#run.rules.transaction) return this.#transact()
        return this.#ask(
          () => store.begin(scope, this.#aged()),
          (answer) => ({ on: 'begun', answer }),
        )
      case 'handle':
        return this.#handle(action.granted)
      case 'reconcile':
        return void this.#reconcile(action.granted)
      case 'complete': {
        const completion = { fence: action.fence, outcome: this.#judged?.text ?? NOT_KEPT, ttl: this.#settings.ttl }
        return this.#ask(
          () => store.complete(scope, completion),
          (answer) => {
            if (answer.is === 'lost' && answer.found.is !== 'absent') this.#superseded(this.#judged?.ended)
            return { on: 'held', answer }
          },
        )
      }
      case 'abandon':
        return this.#ask(
          () => store.abandon(scope, action),
          (answer) => ({ on: 'held', answer }),
        )
      case 'look':
        return this.#ask(
          () => store.look(scope),
          (answer) => ({ on: 'found', answer }),
        )
      case 'wait':
        return this.#wait(action.ms)
      case 'pause':
        clock.alarm(Math.min(action.most, backoff(AGAIN, action.retry, 0, random)), () => this.#feed({ on: 'woke' }))
        return
      case 'answer':
        this.#answerWith(action.answer)
        return this.#feed({ on: 'answered' })
      case 'nothing':
        if (this.#run.phase === 'over') this.#over()
    }
  }

  /** A store that does not answer must not hold the caller; its late answer counts no more. */
  #ask<Answer>(command: () => Promise<Answer>, event: (answer: Answer) => RunEvent): void {
    tellEnd(
      this.#settings,
      command,
      (answer) => this.#feed(event(answer)),
      (error) => {
        this.#storeError = error
        this.#feed({ on: 'store-failed', rolledBack: this.#neverSent(error) })
      },
    )
  }

  #neverSent(error: unknown): boolean {
    return judge(this.#settings.classifiers, error, true)?.certainty === 'not-applied'
  }

  #wait(ms: number): void {
    const { clock } = this.#settings
    this.#report.met = true
    const began = clock.now()
    this.#stopWaiting = waiting(this.#settings, this.#request.scope, ms, this.#polls++, () => {
      this.#report.waited += clock.now() - began
      this.#feed({ on: 'woke' })
    })
  }

  #handle(granted: Granted | undefined): void {
    if (!granted?.reconcile) this.#holding.begin(granted?.fence)
    this.#ran = true
    this.#works = true
    let returned: unknown
    try {
      returned = this.#handler(this.#holding.work(granted, undefined as Transaction))
    } catch (error) {
      return this.#handled({ threw: true, error })
    }
    Promise.resolve(returned).then(
      (value) => this.#handled({ threw: false, value }),
      (error: unknown) => this.#handled({ threw: true, error }),
    )
  }

  #handled(ended: Ended): void {
    this.#works = false
    this.#holding.end()
    const kept = this.#judge(judgeEnd(ended, this.#request, this.#settings))
    // Told to nobody: another worker's result is the one that counts.
    if (this.#run.phase !== 'handle') this.#superseded(ended)
    this.#feed({ on: 'handled', kept })
  }

  #judge(judged: Judged): Kept {
    this.#judged = judged
    if (judged.notKept !== undefined) this.#counters.keepsNot('its result', judged.notKept)
    return judged.kept
  }

  #superseded(ended: Ended | undefined): void {
    if (!this.#ran || ended?.threw !== false) return
    this.#counters.duplicates++
    if (!duplicates.active) return
    const { service, clock } = this.#settings
    const { operation, key } = this.#request
    duplicates.emit({ t: clock.epoch + clock.now(), service, operation, key: keyHash(key) })
  }

  async #reconcile(granted: Granted): Promise<void> {
    this.#holding.begin(granted.fence)
    this.#works = true
    let applied: unknown
    try {
      const verdict = await this.#given.reconcile?.(this.#holding.doubt(granted))
      const found = (verdict ?? {}) as { readonly applied?: unknown; readonly value?: unknown }
      applied = found.applied
      if (applied === true) this.#judge(judgeFound(found.value, this.#request, this.#settings))
    } catch (error) {
      applied = undefined
      this.#storeError = error
    }
    this.#works = false
    if (applied !== false) this.#holding.end()
    this.#feed({
      on: 'reconciled',
      verdict: applied === true ? 'applied' : applied === false ? 'not-applied' : 'unknown',
    })
  }

  /** Claim, work and result in one go of the store's; the run is told of it step by step. */
  #transact(): void {
    const { store, clock, storeTimeout } = this.#settings
    let stage: 'asked' | 'working' | 'over' = 'asked'
    let kept: Kept = 'forget'
    let alarm = clock.alarm(storeTimeout, () => {
      stage = 'over'
      this.#storeError = unanswered(store)
      this.#feed({ on: 'store-failed', rolledBack: true })
    })

    const work = (granted: Granted, transaction: Transaction): Worked | Promise<Worked> => {
      alarm.cancel()
      // Too late, or for nobody: what was claimed is rolled back.
      if (stage !== 'asked' || this.#run.answered) return { outcome: undefined }
      stage = 'working'
      advance(this.#run, { on: 'begun', answer: granted }, clock.now())
      this.#holding.begin(undefined)
      this.#ran = true
      this.#works = true
      return inTransaction(
        () => this.#handler(this.#holding.work(granted, transaction)),
        (ended) => {
          this.#works = false
          this.#holding.end()
          if (stage === 'over') {
            // The transaction broke under it, and its caller knows.
            this.#finish()
            return { outcome: undefined }
          }
          kept = this.#judge(judgeEnd(ended, this.#request, this.#settings))
          alarm = clock.alarm(storeTimeout, () => committed('unknown', unanswered(store)))
          return { outcome: kept === 'store' ? this.#judged?.text : undefined }
        },
      )
    }

    const committed = (end: Extract<Transacted, { readonly end: unknown }>['end'], error: unknown) => {
      if (stage === 'over') return
      stage = 'over'
      this.#storeError = error
      if (end === 'escaped') return this.#feed({ on: 'escaped' })
      advance(this.#run, { on: 'handled', kept }, clock.now())
      if (end === 'refused' || end === 'unknown') this.#feed({ on: 'store-failed', rolledBack: end === 'refused' })
      else this.#feed({ on: 'held', answer: { is: 'kept' } })
    }

    const answered = (transacted: Transacted) => {
      alarm.cancel()
      if ('end' in transacted && stage === 'asked') return this.#over() // its caller had left
      if ('end' in transacted) return committed(transacted.end, 'error' in transacted ? transacted.error : undefined)
      if (stage === 'asked') this.#feed({ on: 'begun', answer: transacted.begun })
    }

    const failed = (error: unknown) => {
      alarm.cancel()
      if (stage === 'asked') {
        stage = 'over'
        this.#storeError = error
        return this.#feed(isTruceError(error) ? { on: 'refused' } : { on: 'store-failed', rolledBack: true })
      }
      this.#judged ??= { ended: { threw: true, error }, kept, text: NOT_KEPT }
      committed('refused', error)
    }

    const { scope } = this.#request
    const { within } = this.#given
    promised(() => (store.transact as Transact<Transaction>)(scope, this.#aged(), work, within)).then(
      (transacted) => answered(transacted),
      (error: unknown) => failed(error),
    )
  }

  #callerGone(reason: unknown): void {
    // While the result of another run is recalled, it has been reported.
    if (!this.#run.answered) reportGone(this.#report)
    this.#answer({ ok: false, error: reason, source: this.#source })
    this.#feed({ on: 'caller-gone' })
  }

  #answerWith(answer: RunAnswer): void {
    reportEnd(this.#report, answer)
    const { operation, key, mode } = this.#request
    const { codec, ttl, store } = this.#settings
    // Most executions, and told without a promise.
    if (answer.is === 'ended') return this.#answer(endedOutcome(answer.kept, this.#judged?.ended))
    const by = {
      operation,
      key,
      mode,
      codec,
      ttl,
      store: store.name,
      recall: this.#given.recall,
      ended: this.#judged?.ended,
      ran: this.#ran,
      storeError: this.#storeError,
    }
    const failed = (error: unknown): Outcome<unknown> => ({ ok: false, error, source: 'replayed' })
    outcomeOf(answer, by).then(
      (outcome) => this.#answer(outcome),
      (error: unknown) => this.#answer(failed(error)),
    )
  }

  get #source(): 'executed' | 'refused' {
    return this.#ran ? 'executed' : 'refused'
  }

  #answer(outcome: Outcome<unknown>): void {
    this.#leave?.()
    this.#tell(outcome)
  }

  #over(): void {
    this.#stopWaiting?.()
    this.#holding.end()
    if (!this.#works) this.#finish()
  }
  #finish(): void {
    if (this.#isFinished) return
    this.#isFinished = true
    this.#finished()
  }
}
