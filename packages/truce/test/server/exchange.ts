/**
 * Exchange: one request written to a socket as it stands, and all that came back.
 *
 * `fetch` joins fields of one name, refuses control characters and a second Host: what a hostile client sends has to
 * be written by hand.
 *
 * @module
 */
import { connect } from 'node:net'

export interface Sent {
  readonly method?: string
  readonly path?: string
  /** One after the other, as they are given. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string | Uint8Array
}

export interface Got {
  readonly status: number
  /** Of each name; several fields joined by `, `. */
  readonly header: (name: string) => string | undefined
  readonly bytes: Buffer
  readonly text: string
  /** Was all there that was announced? */
  readonly whole: boolean
}

/** @param signal hangs up */
export function exchange(
  url: string,
  { method = 'POST', path = '/orders', headers = [], body = '' }: Sent,
  signal?: AbortSignal,
): Promise<Got> {
  const { hostname, port } = new URL(url)
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body)
  const fields = [['Host', hostname], ['Connection', 'close'], ['Content-Length', String(bytes.length)], ...headers]
  const head = `${method} ${path} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    // A server that has answered may close before it has read all of a body.
    socket.on('error', (error) => chunks.length === 0 && reject(error))
    socket.on('close', () => {
      if (chunks.length > 0) resolve(gotOf(Buffer.concat(chunks)))
      else reject(new Error('closed without an answer'))
    })
    signal?.addEventListener('abort', () => socket.destroy())
    socket.write(Buffer.concat([Buffer.from(head, 'latin1'), bytes]))
  })
}

function gotOf(raw: Buffer): Got {
  const end = raw.indexOf('\r\n\r\n')
  const [first = '', ...lines] = raw.subarray(0, end).toString('latin1').split('\r\n')
  const fields = lines.map(
    (line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const,
  )
  const header = (name: string) => {
    const values = fields.filter(([each]) => each === name).map(([, value]) => value)
    return values.length === 0 ? undefined : values.join(', ')
  }
  const rest = raw.subarray(end + 4)
  const { bytes, whole } =
    header('transfer-encoding') === 'chunked' ? dechunked(rest) : counted(rest, header('content-length'))
  return { status: Number(first.split(' ')[1]), header, bytes, text: bytes.toString(), whole }
}

function counted(rest: Buffer, length: string | undefined): { bytes: Buffer; whole: boolean } {
  return { bytes: rest, whole: length === undefined || rest.length === Number(length) }
}

function dechunked(rest: Buffer): { bytes: Buffer; whole: boolean } {
  const chunks: Buffer[] = []
  for (let at = 0; ;) {
    const line = rest.indexOf('\r\n', at)
    if (line < 0) return { bytes: Buffer.concat(chunks), whole: false }
    const size = Number.parseInt(rest.subarray(at, line).toString(), 16)
    if (size === 0) return { bytes: Buffer.concat(chunks), whole: true }
    chunks.push(rest.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
}
