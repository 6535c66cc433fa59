/**
 * MySQL that misbehaves: shakes hands, takes any password, and fails a query as told.
 *
 * @see https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets.html
 * @module
 */
import { listen } from './listen.js'

export interface Err {
  readonly errno: number
  readonly sqlstate: string
  readonly message?: string
}
export type Fate = 'ok' | 'reset' | 'close' | 'silence' | Err

/** @param fate of a query by its text; of the connection itself where the text is empty */
export function fakeMysql(fate: (sql: string) => Fate): Promise<number> {
  return listen((socket) => {
    const welcome = fate('')
    if (typeof welcome === 'object') return void socket.end(packet(0, errBody(welcome, false)))
    socket.write(packet(0, GREETING))
    let shaken = false
    let buffered = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk])
      while (buffered.length >= 4 && buffered.length >= 4 + buffered.readUIntLE(0, 3)) {
        const size = 4 + buffered.readUIntLE(0, 3)
        const sequence = (buffered[3] ?? 0) + 1
        const body = buffered.subarray(4, size)
        buffered = buffered.subarray(size)
        if (!shaken) {
          shaken = true
          socket.write(packet(sequence, OK))
        } else if (body[0] === 0x03) {
          const met = fate(body.subarray(1).toString('latin1'))
          if (met === 'reset') socket.resetAndDestroy()
          else if (met === 'close') socket.end()
          else if (met === 'ok') socket.write(packet(sequence, OK))
          else if (met !== 'silence') socket.write(packet(sequence, errBody(met, true)))
        }
      }
    })
  })
}

function packet(sequence: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUIntLE(body.length, 0, 3)
  head[3] = sequence
  return Buffer.concat([head, body])
}

/** Before the handshake an error has no SQLSTATE. */
function errBody({ errno, sqlstate, message = 'by order of the test' }: Err, shaken: boolean): Buffer {
  const code = Buffer.from([0xff, errno & 0xff, errno >> 8])
  return Buffer.concat([code, Buffer.from(`${shaken ? `#${sqlstate}` : ''}${message}`)])
}

const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0])
/** PROTOCOL_41, SECURE_CONNECTION, TRANSACTIONS, LONG_PASSWORD, PLUGIN_AUTH. */
const CAPABILITIES = 0x0008_a201
const GREETING = Buffer.concat([
  Buffer.from([10]),
  Buffer.from('8.0.0-test\0'),
  Buffer.from([1, 0, 0, 0]),
  Buffer.from('12345678\0'),
  Buffer.from([CAPABILITIES & 0xff, (CAPABILITIES >> 8) & 0xff, 33, 2, 0]),
  Buffer.from([(CAPABILITIES >> 16) & 0xff, (CAPABILITIES >> 24) & 0xff, 21]),
  Buffer.alloc(10),
  Buffer.from('901234567890\0'),
  Buffer.from('mysql_native_password\0'),
])
