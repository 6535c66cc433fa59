/**
 * Kept: the two functions of a promise that is just being made.
 *
 * An executor that hands them to its caller is a closure with a context, a tenth of what a call with a timeout
 * puts on the heap. This one is made once; take what it leaves here, and let go of it at once: what is left
 * would keep the last answer alive for as long as no other call comes.
 *
 * @module
 */

type Settle = (value: unknown) => void

const nobody: Settle = () => {}

export const kept = { resolve: nobody, reject: nobody }

/** `new Promise(keep)` leaves its functions in `kept`. */
export function keep(resolve: Settle, reject: Settle): void {
  kept.resolve = resolve
  kept.reject = reject
}

export function letGo(): void {
  kept.resolve = nobody
  kept.reject = nobody
}
