/**
 * Postgres that misbehaves: speaks just enough of protocol 3 to let a real client in, then fails a query
 * as told.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 * @module
 */
import type { Socket } from 'node:net'
import { listen } from './listen.js'

/** What becomes of a query, by its text. */
export type Fate = 'ok' | 'reset' | 'close' | 'silence' | { readonly sqlstate: string; readonly ends?: true }

/** @param fate of a query; of the start-up itself where the text is empty */
export function fakePostgres(fate: (sql: string) => Fate): Promise<number> {
  return listen((socket) => {
    let started = false
    let buffered = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk])
      for (;;) {
        const header = started ? 1 : 0
        if (buffered.length < header + 4) return
        const size = header + buffered.readInt32BE(header)
        if (buffered.length < size) return
        const packet = buffered.subarray(0, size)
        buffered = buffered.subarray(size)
        if (!started) {
          started = true
          const ended = meet(socket, fate(''))
          if (!ended) socket.write(Buffer.concat([message('R', int32(0)), READY]))
        } else if (packet[0] === 0x51 || packet[0] === 0x50) {
          // Query has the text; Parse has a statement's name before it.
          const texts = packet.subarray(5).toString('latin1').split('\0')
          const sql = packet[0] === 0x51 ? texts[0] : texts[1]
          if (!meet(socket, fate(sql ?? ''))) socket.write(Buffer.concat([message('C', text('DONE')), READY]))
        }
      }
    })
  })
}

/** @returns whether anything but "ok" became of it */
function meet(socket: Socket, fate: Fate): boolean {
  if (fate === 'reset') socket.resetAndDestroy()
  else if (fate === 'close') socket.end()
  else if (typeof fate === 'object') {
    const fields = `SERROR\0VERROR\0C${fate.sqlstate}\0Mby order of the test\0\0`
    const error = message('E', Buffer.from(fields, 'latin1'))
    if (fate.ends) socket.end(error)
    else socket.write(Buffer.concat([error, READY]))
  }
  return fate !== 'ok'
}

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'latin1')
const READY = message('Z', Buffer.from('I'))
