/**
 * Transport: hands a listener real requests of node:http that came over no socket.
 *
 * A socket costs ten times what is measured here, and its noise as much; so the parser and the kernel are left out, and
 * nothing else: the objects are Node's own, and they are told of their end as Node's server does.
 *
 * @module
 */
import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** Takes whatever is written. */
class Sink extends Duplex {
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done()
  }
  override _read(): void {}
}

/** @returns sends one request; resolves when it was answered and its end was told */
export function transport(listener: RequestListener, headers: Readonly<Record<string, string>>): () => Promise<number> {
  const socket = new Sink().setMaxListeners(0) as unknown as Socket
  return () =>
    new Promise((resolve) => {
      const request = new IncomingMessage(socket)
      request.method = 'GET'
      request.url = '/'
      request.httpVersionMajor = 1
      request.httpVersionMinor = 1
      request.httpVersion = '1.1'
      request.headers = { ...headers }
      request.complete = true
      request.push(null)
      const response = new ServerResponse(request)
      response.assignSocket(socket)
      response.on('finish', () => {
        response.detachSocket(socket)
        response.destroyed = true
        response.emit('close')
        resolve(response.statusCode)
      })
      listener(request, response)
    })
}
