/**
 * Web streams: a `Response` or a `ReadableStream`, passed through.
 *
 * Neither lets a chunk be looked at without taking it, so the caller gets a new one of the same kind,
 * fed from the first. What `new Response` does not take over (`url`, `redirected`, `type`) is set on it, and
 * on its clones.
 *
 * @module
 */
import { Flow } from './flow.js'
import type { Hold } from './hold.js'

/** An answer of fetch, the platform's or another that is made like it. */
export function isResponse(value: object): value is Response & { body: ReadableStream } {
  const { body, status, headers, clone } = value as Partial<Response>
  return (
    typeof status === 'number' &&
    status >= 200 &&
    status <= 599 &&
    typeof headers === 'object' &&
    typeof clone === 'function' &&
    typeof body === 'object' &&
    body !== null &&
    isReadableStream(body)
  )
}

/** One that nobody has begun to read. */
export function isReadableStream(value: object): value is ReadableStream {
  const { getReader, locked } = value as Partial<ReadableStream>
  return typeof getReader === 'function' && locked === false
}

export function watchResponse(response: Response & { body: ReadableStream }, hold: Hold): Flow | undefined {
  if (response.bodyUsed) return undefined
  const flow = watchReadableStream(response.body, hold)
  flow.handed = like(remade(response, flow.handed as ReadableStream), response)
  return flow
}

export function watchReadableStream(stream: ReadableStream, hold: Hold): Flow {
  const bytes = givesBytes(stream)
  const reader = stream.getReader() as ReadableStreamDefaultReader<unknown>
  const flow = new Flow(hold, {
    next: () => reader.read(),
    leave: async (reason) => {
      await reader.cancel(reason)
      return { done: true, value: undefined }
    },
  })
  flow.handed = passedOn(flow, bytes)
  return flow
}

function passedOn(flow: Flow, bytes: boolean): ReadableStream {
  const source = {
    start(controller: Controller) {
      flow.onBroken = (reason) => controller.error(reason)
    },
    async pull(controller: Controller) {
      const { done, value } = await flow.next()
      if (!done) return controller.enqueue(value as ArrayBufferView<ArrayBuffer>)
      controller.close()
      // A reader with a buffer of its own waits for it to come back.
      if ('byobRequest' in controller) controller.byobRequest?.respond(0)
    },
    async cancel(reason: unknown) {
      await flow.leave(reason)
    },
  }
  // Nothing is asked for before somebody asks.
  return bytes
    ? new ReadableStream({ type: 'bytes', ...source }, { highWaterMark: 0 })
    : new ReadableStream(source, { highWaterMark: 0 })
}

type Controller = ReadableStreamDefaultController | ReadableByteStreamController

/** Is it a stream of bytes, whose chunks are its own to give away? */
function givesBytes(stream: ReadableStream): boolean {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}

function remade({ status, statusText, headers, constructor }: Response, body: ReadableStream): Response {
  const Made = (constructor ?? Response) as typeof Response
  return new Made(body, { status, statusText, headers })
}

function like(made: Response, original: Response): Response {
  const { url, redirected, type } = original
  return Object.defineProperties(made, {
    url: { value: url, configurable: true },
    redirected: { value: redirected, configurable: true },
    type: { value: type, configurable: true },
    clone: {
      value: () => like((Object.getPrototypeOf(made) as Response).clone.call(made), original),
      configurable: true,
      writable: true,
    },
  })
}
