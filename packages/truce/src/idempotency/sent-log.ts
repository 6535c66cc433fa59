/**
 * Sent log: a message goes out once, however often it is asked for.
 *
 * A mail server takes the message, the connection breaks, the job is repeated, and the customer has two. No
 * transaction reaches into somebody's mailbox, so this never sends twice by itself: after an end in the dark it
 * looks whether the message went out, or leaves it to a person.
 *
 * @module
 */
import { OptionError } from '../guard/errors.js'
import { name, neededOptions } from '../guard/options/check.js'
import type { Idempotency } from './engine.js'
import { noFailingAnswer } from './failing-answer.js'
import { derivedKey } from './key.js'
import { checkKeyOf, type Request, type Verdict } from './request.js'

/** What `sentLog()` is made of. */
export interface SentLogOptions<Message> {
  /** A fixed name, such as `mail.receipt`. */
  readonly operation: string
  /**
   * Looks whether a message whose sending ended in the dark went out, by its `messageId`: never by sending. It
   * runs with the id held. Without it, `OutcomeUnknownError` is all that is known.
   */
  readonly wasSent?: ((sending: Sending<Message>) => Sighting | PromiseLike<Sighting>) | undefined
}

/** `false`: it did not go out, and never will. A search that lags behind says `'unknown'`, as one that fails does. */
export type Sighting = boolean | 'unknown' | { readonly at: Date }

/** A message, whose it is, and under which name. */
export interface ToSend<Message> extends Pick<Request<'at-most-once', never, never>, 'tenant' | 'age' | 'signal'> {
  /** Of the wish: `receipt of order-7`. 1 to 255 printable ASCII characters, the same for every repeat. */
  readonly id: string
  /** What it is made of, as JSON, without what changes from try to try. Under the same id, another one is refused. */
  readonly message: Message
}

/** What is to be sent. */
export interface Sending<Message> {
  readonly tenant: string
  readonly id: string
  readonly message: Message
  /** A UUID, the same in every try: to be put into the message (or given as the idempotency key) and searched for. */
  readonly messageId: string
  /** Aborts when the id is in other hands, or time is up. */
  readonly signal: AbortSignal
}

/** What became of a message. */
export interface Sent {
  /** `now`: by this call; `before`: by an earlier one. */
  readonly sent: 'now' | 'before'
  readonly messageId: string
  /** When, by the clock of whoever sent it; where it had to be looked up, what `wasSent` said. */
  readonly at?: Date | undefined
}

/** Sends each message once; `sentLog()` makes it. */
export interface SentLog<Message> {
  /**
   * Sends it, unless it was sent before. A failure that left nothing behind (`notApplied`, or an answer such as
   * 422) leaves the id free; after any other one it is looked for by the next call.
   *
   * @param send returns when the provider has taken it, or throws. An HTTP answer that is none of success counts
   *   as thrown.
   * @throws what `send` throws · OutcomeUnknownError (find out) · InProgressError, StoreUnavailableError (repeat) ·
   *   KeyConflictError (another message) · KeyExpiredError · OptionError, InvalidKeyError, InvalidPayloadError
   */
  send(toSend: ToSend<Message>, send: (sending: Sending<Message>) => unknown): Promise<Sent>
}

/** What is recorded. */
interface Entry {
  /** Epoch ms. */
  readonly at?: number
}

const STEP = 'send'

/**
 * Makes a log of what was sent; it remembers as long as the engine's `ttl`.
 *
 * @throws OptionError
 * @example
 * const receipts = sentLog<{ to: string }>(engine, { operation: 'mail.receipt' })
 * const { sent } = await receipts.send({ tenant: 'acme', id: 'order-7', message: { to } }, ({ messageId }) =>
 *   smtp.send({ to, messageId: `<${messageId}@example.org>`, text }),
 * )
 */
export function sentLog<Message, Transaction = never>(
  engine: Idempotency<Transaction>,
  options: SentLogOptions<Message>,
): SentLog<Message> {
  neededOptions(options, ['operation', 'wasSent'], 'sentLog()')
  const { wasSent } = options
  const operation = name(options.operation, 'sentLog().operation')
  if (wasSent !== undefined && typeof wasSent !== 'function') {
    throw new OptionError('sentLog().wasSent', wasSent, 'a function')
  }

  return {
    send: async (toSend, send) => {
      neededOptions(toSend, ['tenant', 'id', 'message', 'age', 'signal'], 'send()')
      if (typeof send !== 'function')
        throw new OptionError('send()', send, 'a function that sends, as the second argument')
      const { tenant, id, message, age, signal } = toSend
      const messageId = derivedKey(checkKeyOf({ tenant, operation, key: id }).scope, STEP, id)
      const sending = (by: AbortSignal): Sending<Message> => ({ tenant, id, message, messageId, signal: by })
      const request: Request<'at-most-once', Entry, Transaction> = {
        tenant,
        operation,
        key: id,
        payload: message,
        mode: 'at-most-once',
        // A refusal is no message: it is not remembered as one.
        keep: 'success-only',
        age,
        signal,
        reconcile: wasSent && (async (doubt) => verdictOf(await wasSent(sending(doubt.signal)))),
        recall: () => ({}),
      }
      const ended = await engine.outcome<'at-most-once', Entry>(request, async (work) => {
        noFailingAnswer(await send(sending(work.signal)), operation, 'send')
        return { at: Date.now() }
      })
      if (!ended.ok) throw ended.error
      const { at } = ended.value
      const sent = ended.source === 'executed' ? 'now' : 'before'
      return { sent, messageId, at: at === undefined ? undefined : new Date(at) }
    },
  }
}

/** Anything else says nothing: the result of a search, handed on as it came, is no sighting. */
function verdictOf(sighting: Sighting): Verdict<Entry> {
  if (sighting === true) return { applied: true, value: {} }
  if (sighting === false) return { applied: false }
  const { at } = (sighting ?? {}) as { readonly at?: unknown }
  return at instanceof Date && !Number.isNaN(at.getTime()) ? { applied: true, value: { at: at.getTime() } } : 'unknown'
}
