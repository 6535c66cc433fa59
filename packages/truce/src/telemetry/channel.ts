/**
 * Channel: events that cost one field read while nobody listens, and cannot hurt the call they tell of.
 *
 * A dashboard's listener that throws must not turn a successful call into a failed one, nor keep the
 * record from the listener after it; an async one that rejects must not end the process.
 *
 * @module
 */
import { said, warn } from './warning.js'

interface Subscription<T> {
  readonly listener: (value: T) => void
  warned: boolean
}

export class Channel<T> {
  /** Replaced, never changed: who leaves or joins in mid-emit does not disturb the others. */
  #subscriptions: readonly Subscription<T>[] = []
  #active = false

  /** Ask before building an event: `if (attempts.active) attempts.emit({ … })`. */
  get active(): boolean {
    return this.#active
  }

  /** @returns a function that ends the subscription; a second call of it does nothing */
  on(listener: (value: T) => void): () => void {
    const subscription: Subscription<T> = { listener, warned: false }
    this.#set([...this.#subscriptions, subscription])
    return () => this.#set(this.#subscriptions.filter((other) => other !== subscription))
  }

  /** Calls every listener, in the order in which they came. Never throws. */
  emit(value: T): void {
    for (const subscription of this.#subscriptions) {
      try {
        const returned: unknown = subscription.listener(value)
        if (returned instanceof Promise) returned.then(undefined, (error: unknown) => complain(subscription, error))
      } catch (error) {
        complain(subscription, error)
      }
    }
  }

  #set(subscriptions: readonly Subscription<T>[]): void {
    this.#subscriptions = subscriptions
    this.#active = subscriptions.length > 0
  }
}

/** Once a subscription: a listener that fails at every attempt would flood the log of an outage. */
function complain(subscription: { warned: boolean }, error: unknown): void {
  if (subscription.warned) return
  subscription.warned = true
  warn(
    'TRUCE_LISTENER',
    `A telemetry listener failed; calls go on, and it is not reported again. Mend it: ${said(error)}`,
  )
}
