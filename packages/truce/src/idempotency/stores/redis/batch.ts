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

type Ask = (key: string, args: readonly string[]) => Promise<unknown>

interface Asked {
  readonly key: string
  readonly args: readonly string[]
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * @param together does a command reach the keys of all? Not where they are spread over a cluster's servers
 * @returns asks for one key of a script that takes many
 */
export function batched(script: Script, run: Run, together: boolean): Ask {
  let takesMany = together
  let asked: Asked[] = []
  let length = 0

  function send(): void {
    const batch = asked
    if (batch.length === 0) return
    asked = []
    length = 0
    run(
      script,
      batch.map(({ key }) => key),
      batch.flatMap(({ args }) => args),
    ).then(
      (answers) => batch.forEach(({ resolve }, i) => resolve((answers as unknown[])[i])),
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

  function alone({ key, args, resolve, reject }: Asked): void {
    run(script, [key], args).then((answers) => resolve((answers as unknown[])[0]), reject)
  }

  return (key, args) =>
    new Promise((resolve, reject) => {
      const one = { key, args, resolve, reject }
      const size = args.reduce((sum, arg) => sum + arg.length, 0)
      if (!takesMany || size > LONGEST) return alone(one)
      if (asked.length >= MOST || length + size > LONGEST * 4) send()
      if (asked.length === 0) process.nextTick(send)
      asked.push(one)
      length += size
    })
}
