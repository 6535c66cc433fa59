/**
 * Batch: claims and completions that are asked for in one turn of the event loop go as one command.
 *
 * A script costs Redis more than a SET: its call, its clock, its arguments. A busy service asks for many at a
 * time, and together they pay for that once: one write to the socket, one command, one answer. Nothing waits
 * for the others to come, and one alone goes as it would have gone anyway.
 *
 * What a batch does it does for each key alone. Where it fails in Redis, by one key's fault or by a server
 * that keeps each key elsewhere, each of them is asked for again by itself: to claim twice by one name, or to
 * complete twice by one fence, does no harm. Where the connection fails nothing is sent again.
 *
 * @module
 */
import type { Run } from './clients.js'
import type { Script } from './scripts.js'

/** One script may keep all other clients of a Redis waiting: about half a millisecond is no more than others do. */
const MOST = 64
/** Characters, likewise. A result that is longer goes alone. */
const LONGEST = 16_384

/** What Redis answers where the fault may be one key's. All else is the same for each. */
const ONE_OF_THEM = /^(CROSSSLOT|WRONGTYPE|NOPERM|ERR) /

type Ask<Answer> = (key: string, args: readonly string[]) => Promise<Answer>

interface Asked {
  readonly key: string
  readonly args: readonly string[]
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * @param together does a command reach the keys of all? Not where they are spread over a cluster's servers
 * @param read what the answer for one key says
 * @returns asks for one key of a script that takes many
 */
export function batched<Answer>(
  script: Script,
  run: Run,
  together: boolean,
  read: (answer: unknown) => Answer,
): Ask<Answer> {
  let takesMany = together
  let asked: Asked[] = []
  let length = 0

  function send(): void {
    const batch = asked
    if (batch.length === 0) return
    asked = []
    length = 0
    const keys: string[] = []
    const values: string[] = []
    for (const { key, args } of batch) {
      keys.push(key)
      values.push(...args)
    }
    run(script, keys, values).then(
      (answers) => {
        for (let i = 0; i < batch.length; i++) answer(batch[i] as Asked, (answers as unknown[])[i])
      },
      (error: unknown) => {
        const why = batch.length > 1 && error instanceof Error ? ONE_OF_THEM.exec(error.message)?.[1] : undefined
        if (why === 'CROSSSLOT') takesMany = false
        for (const each of batch) {
          if (why === undefined) each.reject(error)
          else alone(each)
        }
      },
    )
  }

  function alone(one: Asked): void {
    run(script, [one.key], one.args).then((answers) => answer(one, (answers as unknown[])[0]), one.reject)
  }

  /** What cannot be read is the fault of one key. */
  function answer({ resolve, reject }: Asked, answered: unknown): void {
    try {
      resolve(answered)
    } catch (error) {
      reject(error)
    }
  }

  return (key, args) =>
    new Promise((resolve, reject) => {
      const one = { key, args, resolve: (answered: unknown) => resolve(read(answered)), reject }
      let size = 0
      for (const arg of args) size += arg.length
      if (!takesMany || size > LONGEST) return alone(one)
      if (asked.length >= MOST || length + size > LONGEST * 4) send()
      if (asked.length === 0) process.nextTick(send)
      asked.push(one)
      length += size
    })
}
