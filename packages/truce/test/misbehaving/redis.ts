/**
 * Redis that misbehaves: greets as a real one does and answers each further command as told.
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/
 * @module
 */
import { listen } from './listen.js'

/** The raw reply to a command, or what happens to the connection instead. */
export type Reply = `-${string}` | `+${string}` | '_' | 'reset' | 'close' | 'silence'

const GREETINGS = new Set(['HELLO', 'CLIENT', 'INFO', 'SELECT', 'AUTH', 'WATCH'])

export function fakeRedis(reply: (command: readonly string[]) => Reply): Promise<number> {
  return listen((socket) => {
    let buffered = ''
    socket.on('data', (chunk) => {
      buffered += chunk.toString('latin1')
      for (;;) {
        const { command, rest } = parse(buffered)
        if (!command) return
        buffered = rest
        const name = (command[0] ?? '').toUpperCase()
        const answer = GREETINGS.has(name) ? greeting(name) : `${reply(command)}\r\n`
        if (answer === 'reset\r\n') return void socket.resetAndDestroy()
        if (answer === 'close\r\n') return void socket.end()
        if (answer !== 'silence\r\n') socket.write(answer)
      }
    })
  })
}

function greeting(name: string): string {
  if (name === 'INFO') return '$9\r\nloading:0\r\n'
  return name === 'HELLO' ? '%1\r\n+proto\r\n:3\r\n' : '+OK\r\n'
}

/** The first whole command of the bytes, an array of bulk strings. */
function parse(bytes: string): { command?: string[]; rest: string } {
  const count = /^\*(\d+)\r\n/.exec(bytes)
  if (!count) return { rest: bytes }
  const command: string[] = []
  let at = count[0].length
  while (command.length < Number(count[1])) {
    const head = /^\$(\d+)\r\n/.exec(bytes.slice(at))
    if (!head) return { rest: bytes }
    const from = at + head[0].length
    const to = from + Number(head[1])
    if (bytes.length < to + 2) return { rest: bytes }
    command.push(bytes.slice(from, to))
    at = to + 2
  }
  return { command, rest: bytes.slice(at) }
}
