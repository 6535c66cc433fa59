/**
 * Holding: what a run has while it works: its lease, its signal, its time, its steps.
 *
 * @module
 */
import type { Alarm } from '../guard/clock.js'
import type { Granted } from '../policy/idempotency/record.js'
import type { Beat } from '../policy/idempotency/run.js'
import { ask } from './asking.js'
import { LeaseLostError } from './errors.js'
import { heartbeat } from './heartbeat.js'
import { derivedKey } from './key.js'
import type { Reconcile, CheckedRequest } from './request.js'
import type { EngineSettings } from './settings.js'
import { stepsOf } from './steps.js'
import type { StepWork, TransactionWork } from './work.js'

/** What the run is told by what it holds. */
export interface HeldBy {
  /** What its heartbeat is to do now. */
  beat(): Beat
  /** The work has had its time. */
  timeUp(): void
  renewed(sent: number): void
  lost(gone: boolean): void
  /** A step's result could not be recorded as it is. */
  notKept(step: string, why: string): void
}

export class Holding<Transaction> {
  readonly #settings: EngineSettings<Transaction>
  readonly #request: CheckedRequest
  readonly #by: HeldBy
  #controller: AbortController | undefined
  #stopHeartbeat: (() => void) | undefined
  #timeout: Alarm | undefined
  #ended = false

  constructor(settings: EngineSettings<Transaction>, request: CheckedRequest, by: HeldBy) {
    this.#settings = settings
    this.#request = request
    this.#by = by
  }

  /** Watches over the lease, where there is one, and over the time that the work may take. */
  begin(fence: number | undefined): void {
    const { clock, lease } = this.#settings
    if (fence !== undefined) {
      this.#stopHeartbeat = heartbeat(
        clock,
        () => this.#by.beat(),
        () => void this.#renew(fence),
        () => this.#lose('unheard'),
      )
    }
    if (!Number.isFinite(this.#request.timeout)) return
    this.#timeout = this.#watch(this.#request.timeout, () => {
      this.#by.timeUp()
      this.#abort('timeout')
      // A transaction has no lease to run out: its caller waits as long as if it had.
      if (fence === undefined) this.#timeout = this.#watch(lease, () => this.#by.lost(false))
    })
  }

  /** The work keeps the process alive, not the watch over it. */
  #watch(ms: number, ring: () => void): Alarm {
    const alarm = this.#settings.clock.alarm(ms, ring)
    alarm.keepAlive(false)
    return alarm
  }

  /** From then on nothing aborts: what the work has fetched may still be read. */
  end(): void {
    this.#ended = true
    this.#stopHeartbeat?.()
    this.#timeout?.cancel()
  }

  work(granted: Granted | undefined, transaction: Transaction): TransactionWork<Transaction> & StepWork {
    return new HeldWork(this, this.#request, granted, transaction)
  }

  steps(granted: Granted | undefined): StepWork['step'] {
    const { scope, key } = this.#request
    const { codec, largestResult } = this.#settings
    const signal = () => this.signal()
    const note = (name: string, result: string) => this.#note(granted, name, result)
    const notKept = (name: string, why: string) => this.#by.notKept(name, why)
    return stepsOf({ scope, key, codec, largestResult, points: granted?.points ?? {}, signal, note, notKept })
  }

  /** What a reconcile hook may look at. */
  doubt({ fence }: Granted): Reconcile {
    const { scope, key } = this.#request
    return { signal: this.signal(), fence, derive: (step) => derivedKey(scope, step, key) }
  }

  /** Never throws: that the store did not answer is told by the end of the lease. */
  async #renew(fence: number): Promise<void> {
    const { store, clock, lease } = this.#settings
    const sent = clock.now()
    try {
      const answer = await store.renew(this.#request.scope, { fence, lease })
      if (answer.is === 'kept') this.#by.renewed(sent)
      else this.#lose('gone')
    } catch {
      // The next heartbeat asks again.
    }
  }

  /** A step that could not be recorded is done again by the next run, with the same key. */
  async #note(granted: Granted | undefined, name: string, result: string): Promise<void> {
    if (!granted) return
    const { store, clock, lease } = this.#settings
    const sent = clock.now()
    const point = { fence: granted.fence, lease, name, result }
    const answer = await ask(this.#settings, () => store.note(this.#request.scope, point)).catch(() => undefined)
    if (answer?.is === 'kept') this.#by.renewed(sent)
    if (answer?.is !== 'lost') return
    this.#lose('gone')
    throw new LeaseLostError(this.#request, 'gone')
  }

  #lose(why: 'gone' | 'unheard'): void {
    if (this.#ended) return
    this.#stopHeartbeat?.()
    this.#abort(why)
    this.#by.lost(why === 'gone')
  }

  #abort(why: 'gone' | 'unheard' | 'timeout'): void {
    this.#controller ??= new AbortController()
    this.#controller.abort(new LeaseLostError(this.#request, why))
  }

  /** Made when it is read: most handlers never do. Of the work, as are its steps. */
  signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal
  }
}

/**
 * What a handler is given. A class, because of its getters: an object that is written with one has a shape of its own
 * each time, which V8 keeps, with the run that it belongs to, until it collects everything.
 */
class HeldWork<Transaction> implements TransactionWork<Transaction>, StepWork {
  readonly #holding: Holding<Transaction>
  readonly #granted: Granted | undefined
  readonly fence: number
  readonly takeover: boolean
  readonly transaction: Transaction
  readonly derive: (step: string) => string
  #step: StepWork['step'] | undefined

  constructor(
    holding: Holding<Transaction>,
    { scope, key }: CheckedRequest,
    granted: Granted | undefined,
    transaction: Transaction,
  ) {
    this.#holding = holding
    this.#granted = granted
    this.fence = granted?.fence ?? 0
    this.takeover = granted?.takeover ?? false
    this.transaction = transaction
    this.derive = (step) => derivedKey(scope, step, key)
  }

  get signal(): AbortSignal {
    return this.#holding.signal()
  }

  get step(): StepWork['step'] {
    return (this.#step ??= this.#holding.steps(this.#granted))
  }
}
