/**
 * Web answer: what a scene answers, as a `Response`.
 *
 * @module
 */
import type { Answering } from './framework.js'

export function webAnswer({ status = 200, headers = {}, body }: Answering): Response {
  const fields = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    for (const each of typeof value === 'string' ? [value] : value) fields.append(name, each)
  }
  return new Response(bodyOf(body), { status, headers: fields })
}

function bodyOf(body: Answering['body']): BodyInit | null {
  if (body === undefined) return null
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return new Uint8Array(body)
  const chunks = body[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}
