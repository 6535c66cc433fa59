/**
 * Drain: an answer that nobody will read must not hold its connection.
 *
 * Held until it is collected as garbage, the connection of every failed attempt is one that the next
 * attempt has to open anew, against a dependency that is short of connections already.
 *
 * @module
 */

/** Read away at most so much of an unwanted body; beyond it a new connection is cheaper. */
export const DRAIN_MAX = 64 * 1024

/**
 * Reads an unwanted answer away, so that its connection serves again. Never throws.
 *
 * @returns gives up what is still unread; for when the call is over
 */
export function drain(response: Response): () => void {
  const reader = readerOf(response)
  if (!reader) return () => {}
  void readAway(reader)
  return () => void reader.cancel().catch(() => {})
}

function readerOf(response: Response): ReadableStreamDefaultReader<Uint8Array> | undefined {
  try {
    return response.body?.getReader()
  } catch {
    // Somebody reads it, or it is no stream of the web: a fetch of one's own may give anything.
    return undefined
  }
}

async function readAway(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    for (let read = 0; read <= DRAIN_MAX;) {
      const { done, value } = await reader.read()
      if (done) return
      read += value.byteLength
    }
    await reader.cancel()
  } catch {
    // The connection broke: then there is nothing left to free.
  }
}
