import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { allOf, rawSocket, textOf } from '../../../test/server/ask.js'
import { BodyTooLargeError } from '../errors.js'
import { readAhead } from './read-ahead.js'

const OF = ['readable', 'end', 'error', 'close'] as const
const listeners = (message: IncomingMessage): number[] => OF.map((name) => message.listenerCount(name))

interface Read {
  readonly ahead: unknown
  readonly after: string
  readonly before: number[]
  readonly left: number[]
}

/** What was read of what a caller says in pieces. @param leaves it hangs up behind them */
async function readOf(limit: number, head: string, pieces: string[], leaves = false): Promise<Read> {
  const { promise, resolve } = deferred<Read>()
  const server = createServer((message, response) => {
    const before = listeners(message)
    const go = async (): Promise<void> => {
      const ahead: unknown = await readAhead(message, limit).catch((error: unknown) => error)
      const left = listeners(message)
      const after = ahead instanceof Uint8Array ? await textOf(message) : ''
      response.end()
      resolve({ ahead, after, before, left })
    }
    void go()
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const socket = await rawSocket(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${head}\r\n\r\n`)
  for (const piece of pieces) {
    await new Promise((written) => setImmediate(written))
    await new Promise<void>((written) => socket.write(piece, () => written()))
  }
  if (leaves) socket.destroy()
  else void allOf(socket)
  return promise
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => (resolve = settle))
  return { promise, resolve }
}

test.each<[string, string, string[], string]>([
  ['of a length, in pieces', 'Content-Length: 3', ['t', 'e', 'a'], 'tea'],
  ['chunked', 'Transfer-Encoding: chunked', ['1\r\nt\r\n', '2\r\nea\r\n', '0\r\n\r\n'], 'tea'],
  ['chunked, with nothing in it', 'Transfer-Encoding: chunked', ['0\r\n\r\n'], ''],
])('a body %s is read, left for the handler, and nobody listens any more', async (_, head, pieces, text) => {
  const { ahead, after, before, left } = await readOf(3, head, pieces)
  expect([String(Buffer.from(ahead as Uint8Array)), after, left]).toEqual([text, text, before])
})

test.each<[string, string, string[]]>([
  ['by what it announces', 'Content-Length: 4', []],
  ['by what it is', 'Transfer-Encoding: chunked', ['4\r\ntea!\r\n']],
])('a longer one is refused %s, before its end', async (_, head, pieces) => {
  const { ahead, before, left } = await readOf(3, head, pieces)
  expect(ahead).toBeInstanceOf(BodyTooLargeError)
  expect(left).toEqual(before)
})

test('one that breaks off is an error, and nobody listens any more', async () => {
  const { ahead, left, before } = await readOf(3, 'Content-Length: 3', ['te'], true)
  expect(ahead).toBeInstanceOf(Error)
  expect(ahead).not.toBeInstanceOf(BodyTooLargeError)
  expect(left).toEqual(before)
})
