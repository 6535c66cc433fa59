/**
 * Turn: one turn of the event loop, after which every promise that could run has run.
 *
 * Taken when the module loads, so that a test's fake timers do not stop it.
 *
 * @module
 */

/** Resolves when no microtask is left. Promises that wait for real timers or I/O do not hold it up. */
export const turn: () => Promise<void> =
  typeof globalThis.setImmediate === 'function' ? immediate(globalThis.setImmediate) : message

function immediate(later: (callback: () => void) => unknown): () => Promise<void> {
  return () => new Promise((resolve) => later(resolve))
}

/** Browsers: their timers would wait 4 ms, a message does not. */
function message(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve()
    })
    port1.start()
    port2.postMessage(undefined)
  })
}
