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
  /** The same answer; its end waits for `before`, and never comes where that says no. */
  passedOn(before: () => Promise<boolean>): Response
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
    passedOn: (before) => new Response(goingOn(chunks, reader, before), response),
  }
}

function goingOn(
  first: readonly Uint8Array[],
  rest: ReadableStreamDefaultReader<Uint8Array>,
  before: () => Promise<boolean>,
): ReadableStream<Uint8Array> {
  const queue = [...first]
  // The newest chunk is kept back: as long as bytes are missing, no caller takes the answer for whole.
  let kept = queue.pop()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = queue.shift()
      if (next) return controller.enqueue(next)
      const { done, value } = await rest.read()
      if (!done) {
        if (kept) controller.enqueue(kept)
        kept = value
        return
      }
      if (!(await before())) return controller.error(new Error('another answer counts; repeat with the same key'))
      if (kept) controller.enqueue(kept)
      controller.close()
    },
    // The caller left: the handler goes on to its end, and what it did is recorded.
    async cancel() {
      while (!(await rest.read()).done);
      await before()
    },
  })
}
