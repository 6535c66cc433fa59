/**
 * Until free: another process holds the file's one write lock, and this one waits without standing still.
 *
 * SQLite's own busy handler sleeps in the thread: a busy timeout of seconds stops every request of the
 * process, also those that need no database. So the file is asked, and asked again after a pause.
 *
 * @module
 */
import { explained, isBusy, SqliteStoreError } from './database.js'

/** ms; doubles up to `LONGEST_PAUSE`. */
const FIRST_PAUSE = 1
const LONGEST_PAUSE = 50

/**
 * At once where it can be; no `async`, since each promise more is a tenth of a read.
 *
 * @param attempt does nothing where it throws that the file is busy
 * @param ms after so long it gives up
 * @throws SqliteStoreError after `ms`, and where what `attempt` threw can be explained
 */
export function untilFree<Value>(attempt: () => Value, ms: number, place: string): Promise<Value> {
  try {
    return Promise.resolve(attempt())
  } catch (error) {
    if (!isBusy(error)) return Promise.reject(explained(error, place))
    return again(attempt, ms, place)
  }
}

async function again<Value>(attempt: () => Value, ms: number, place: string): Promise<Value> {
  const began = performance.now()
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    await sleep(pause * (0.5 + Math.random()))
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error)) throw explained(error, place)
      if (performance.now() - began >= ms) throw locked(error, ms, place)
    }
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function locked(cause: unknown, ms: number, place: string): SqliteStoreError {
  return new SqliteStoreError(
    `${place}: another connection held its write lock for ${ms} ms, nothing was done: end long transactions there, ` +
      'or raise the option busy',
    { cause },
  )
}
