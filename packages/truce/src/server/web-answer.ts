/**
 * Web answer: a `Response` held until it is recorded, or passed on where it is too long to be held.
 *
 * An answer that is sent first and recorded then is lost to every repeat when the process ends in between.
 * One that is held without a bound takes the memory of the process with it.
 *
 * @module
 */
import type { Answer, AnswerHeaders } from './incoming.js'
import { joined } from './web-body.js'

const NOTHING = new Uint8Array(0)

/** Longer than is held. */
export interface Long {
  readonly head: { readonly status: number; readonly headers: AnswerHeaders }
  /** The same answer; its end waits until it is recorded. */
  passedOn(record: Recording): Response
}

/** What becomes of the rest of a long answer. Neither rejects. */
export interface Recording {
  /** Resolves where the end may no longer be sent. */
  readonly gaveUp?: Promise<unknown> | undefined
  /** All of it is there. @returns may its end be sent? */
  whole(): Promise<boolean>
  /** The handler broke off. */
  broken(error: unknown): Promise<void>
}

export function isWhole(answer: Answer | Long): answer is Answer {
  return !('passedOn' in answer)
}

/** Reads an answer of at most `largest` bytes. @throws what its body throws */
export async function held(response: Response, largest: number): Promise<Answer | Long> {
  const head = { status: response.status, headers: [...response.headers] as AnswerHeaders }
  if (response.body === null) return { ...head, body: NOTHING }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  while (length <= largest) {
    const { done, value } = await reader.read()
    if (done) return { ...head, body: joined(chunks, length) }
    chunks.push(value)
    length += value.length
  }
  return {
    head,
    passedOn: (record) => new Response(goingOn(chunks, reader, record), response),
  }
}

function goingOn(
  begun: readonly Uint8Array[],
  rest: ReadableStreamDefaultReader<Uint8Array>,
  record: Recording,
): ReadableStream<Uint8Array> {
  const queue = [...begun]
  // The newest chunk is kept back: as long as bytes are missing, no caller takes the answer for whole.
  let kept = queue.pop()
  const next = async (): Promise<Uint8Array | undefined> => {
    try {
      return (await rest.read()).value
    } catch (error) {
      await record.broken(error)
      throw error
    }
  }
  const drained = async (): Promise<void> => {
    while (await next());
    await record.whole()
  }
  return new ReadableStream<Uint8Array>({
    start(controller) {
      void record.gaveUp?.then(() => {
        controller.error(overtaken())
        drained().catch(() => {})
      })
    },
    async pull(controller) {
      const first = queue.shift()
      if (first) return controller.enqueue(first)
      const value = await next()
      if (value) {
        if (kept) controller.enqueue(kept)
        kept = value
        return
      }
      if (!(await record.whole())) throw overtaken()
      if (kept) controller.enqueue(kept)
      controller.close()
    },
    // The caller left: the handler goes on to its end, and what it did is recorded.
    cancel: drained,
  })
}

function overtaken(): Error {
  return new Error('the answer was overtaken: it is not what was recorded')
}
