/**
 * Route: one operation that takes keys, as requests arrive at it.
 *
 * @module
 */
import type { Keyed } from '../../idempotency/errors.js'
import type { Request as EngineRequest } from '../../idempotency/request.js'
import type { Mode } from '../../policy/idempotency/record.js'
import { said, warn } from '../../telemetry/warning.js'
import type { KeyedOperation } from '../feature.js'
import type { Answer, AnswerHeaders, Incoming } from '../incoming.js'
import type { RequestContext } from '../request-context.js'
import { readKey } from './key-field.js'
import type { Counting } from './payload.js'
import { refusal, REFUSALS } from './problems.js'
import { HttpRun, type RunHome } from './run.js'
import type { HttpIdempotencyRules, KeyedSettings } from './settings.js'

/** What of a request says whose key it is. */
export interface Claimed {
  readonly tenant: string
  readonly key: string
}

export class KeyedRoute<Transaction> implements KeyedOperation, RunHome<Transaction> {
  readonly settings: KeyedSettings<Transaction>
  readonly rules: Readonly<HttpIdempotencyRules>
  /** With the service's name. */
  readonly operation: string
  readonly counting: Counting
  /** What every answer says. */
  readonly announced: AnswerHeaders
  readonly #field: string

  constructor(settings: KeyedSettings<Transaction>, operation: string, rules: Readonly<HttpIdempotencyRules>) {
    this.settings = settings
    this.operation = operation
    this.rules = rules
    this.counting = { fields: rules.fields, payload: rules.payload, maxBody: settings.maxBody }
    this.announced = [['idempotency-ttl', String(this.ttl)]]
    this.#field = settings.header.toLowerCase()
  }

  /** s for which an answer is remembered. */
  get ttl(): number {
    return Math.floor(this.settings.engine.about.ttl / 1_000)
  }

  receive(incoming: Incoming, context: RequestContext): HttpRun<Transaction> | Answer | undefined {
    const claimed = this.claimed(incoming)
    if (claimed === undefined) return this.rules.key === 'optional' ? undefined : this.refused('missing')
    if (typeof claimed === 'string') return this.refused(claimed)
    context.key = claimed.key
    return new HttpRun(this, context, claimed.tenant)
  }

  /** @returns why it cannot be one; nothing where the request carries none */
  claimed(incoming: Incoming): Claimed | 'unauthenticated' | 'invalid' | undefined {
    const field = incoming.header(this.#field)
    if (field === undefined) return undefined
    const tenant = this.#tenant(incoming)
    if (tenant === undefined) return 'unauthenticated'
    const key = readKey(field)
    return key === undefined ? 'invalid' : { tenant, key }
  }

  refused(what: keyof typeof REFUSALS, retryIn?: number): Answer {
    const answer = refusal(REFUSALS[what], this.settings, retryIn)
    return { ...answer, headers: [...answer.headers, ...this.announced] }
  }

  keyed({ key = '' }: RequestContext): Keyed {
    return { operation: this.operation, key }
  }

  /** All but what the body says. */
  request(
    { key = '', keyAge }: RequestContext,
    tenant: string,
  ): Omit<EngineRequest<Mode, never, Transaction>, 'payload'> {
    const { mode, keep, wait, timeout, outage, age = keyAge } = this.rules
    return { tenant, operation: this.operation, key, mode, keep, wait, timeout, outage, age }
  }

  /** Whoever cannot be authenticated has no keys. An error says so too, but may as well be a mistake: it is said once. */
  #tenant(incoming: Incoming): string | undefined {
    try {
      const tenant: unknown = this.settings.tenant(incoming)
      return typeof tenant === 'string' && tenant !== '' && !/\p{Surrogate}/u.test(tenant) ? tenant : undefined
    } catch (error) {
      complain(this.settings.tenant, error)
      return undefined
    }
  }
}

/** Of which it was said that they throw. */
const throwing = new WeakSet<object>()

function complain(tenant: object, error: unknown): void {
  if (throwing.has(tenant)) return
  throwing.add(tenant)
  const advice = 'Let it return undefined for whom you do not know'
  warn(
    'TRUCE_TENANT',
    `A tenant function threw, and its request is answered 401. It is not reported again. ${advice}: ${said(error)}`,
  )
}
