/**
 * Hold: the answer of a handler that runs under a key, kept until it is recorded.
 *
 * Adapters that record on `finish` lose the result when the process ends between the caller's answer and the
 * record, and capture only the one method of the framework that they know. Here every way in which Node
 * answers is held: writeHead, write, end, flushHeaders, pipe. What grows longer than may be kept is passed on, but
 * for its last bytes: no caller takes it for whole before it is recorded.
 *
 * @module
 */
import type { ServerResponse } from 'node:http'
import type { KeyedRun } from '../feature.js'
import type { Answer, AnswerHeaders } from '../incoming.js'
import type { Visit } from '../visit.js'
import { joined } from '../web-body.js'
import { sendAnswer } from './send.js'
import { headersOf, isFraming, replaceHeaders } from './headers.js'
import { headSent, setHead, writtenOf } from './writing.js'

export interface Hold {
  /** Does it keep anything back? */
  readonly open: boolean
  /**
   * The handler threw, or broke its answer off.
   *
   * @returns an answer to send; nothing where the error is for others to answer; `broken` where it was answered
   *   already, in whole or in part
   */
  threw(error: unknown): Promise<Answer | 'broken' | undefined>
}

const HELD = Symbol('truce.held')

/** The hold on a response, where it has one. */
export function heldOf(response: ServerResponse): Hold | undefined {
  return (response as { [HELD]?: Hold })[HELD]
}

/** The methods that are taken over. Whoever has taken them over before is called by them. */
const TAKEN = [
  'writeHead',
  'write',
  'end',
  'flushHeaders',
  'setHeader',
  'appendHeader',
  'removeHeader',
  'destroy',
  'emit',
] as const

type Method = (...args: unknown[]) => unknown

/** Takes the answer over. What is set on it already, such as CORS, belongs to whatever is sent. */
export function hold(response: ServerResponse, visit: Visit, keyed: KeyedRun): Hold {
  const base = { ...response.getHeaders() }
  const real = Object.fromEntries(TAKEN.map((name) => [name, response[name]])) as Record<
    (typeof TAKEN)[number],
    unknown
  >
  const call = (name: (typeof TAKEN)[number], ...args: unknown[]): unknown =>
    Reflect.apply(real[name] as Method, response, args)

  let phase: 'holding' | 'passing' | 'over' = 'holding'
  let head: { readonly status: number; readonly headers: AnswerHeaders } | undefined
  let chunks: Uint8Array[] = []
  let length = 0
  let ended = false
  let closed = false

  const over = (): void => {
    phase = 'over'
    for (const name of ['headersSent', 'writableEnded', 'closed']) Reflect.deleteProperty(response, name)
    if (closed) response.destroyed = true
  }
  const headOf = (): NonNullable<typeof head> => {
    // By the method, which others may have taken over after us.
    if (!head) response.writeHead(response.statusCode)
    return head as unknown as NonNullable<typeof head>
  }
  const keep = (bytes: Uint8Array | undefined): void => {
    if (!bytes || bytes.length === 0 || isBodiless(response, headOf().status)) return
    chunks.push(bytes)
    length += bytes.length
  }
  /** Passes on all but the newest chunk. */
  const passOn = (): boolean => {
    const { status, headers } = headOf()
    let room = true
    if (phase === 'holding') {
      phase = 'passing'
      Reflect.deleteProperty(response, 'headersSent')
      replaceHeaders(response, base, [...headers, ...visit.headers(status)])
      call('writeHead', status)
      call('flushHeaders')
    }
    // To a caller who has left nothing is sent, and nothing ever says that there is room again.
    for (const chunk of chunks.slice(0, -1)) room = closed || (call('write', chunk) as boolean)
    chunks = chunks.slice(-1)
    return room
  }
  const finish = (status: number): void => {
    visit.ended(status)
    if (closed) call('emit', 'close')
  }
  const record = async (): Promise<void> => {
    const { status, headers } = headOf()
    const whole = length <= keyed.largest
    const body = whole ? joined(chunks, length) : undefined
    const answer = await keyed.end({ status, headers, body })
    const passed = phase === 'passing'
    over()
    if (passed) {
      // What was recorded is something else: the caller must not take this for the end.
      if (answer.status === status) call('end', ...chunks)
      else call('destroy')
    } else {
      const ours = answer.status === status
      const says = answer.headers.filter(([name]) => !isFraming(name) || (ours && isBodiless(response, status)))
      replaceHeaders(response, base, [...says, ...visit.headers(answer.status)])
      if (!ours) response.statusMessage = ''
      response.statusCode = answer.status
      call('end', answer.body ?? (ours && !whole ? joined(chunks, length) : undefined))
    }
    finish(answer.status)
  }

  const own: Record<(typeof TAKEN)[number], Method> = {
    writeHead(...args) {
      if (phase !== 'holding') return call('writeHead', ...args)
      if (head) throw headSent()
      const status = setHead(response, args)
      head = { status, headers: headersOf(response) }
      return response
    },
    write(...args) {
      if (phase === 'over') return call('write', ...args)
      const { bytes, done } = writtenOf(args)
      if (ended) return false
      headOf()
      keep(bytes)
      const room = phase === 'passing' || length > keyed.largest ? passOn() : true
      if (done) process.nextTick(done)
      return room
    },
    end(...args) {
      if (phase === 'over') return call('end', ...args)
      if (ended) return response
      const { bytes, done } = writtenOf(args)
      headOf()
      keep(bytes)
      if (phase === 'passing') passOn()
      ended = true
      if (done) response.once('finish', done)
      void record()
      return response
    },
    flushHeaders() {
      if (phase === 'holding') headOf()
      else call('flushHeaders')
    },
    setHeader: (...args) => set('setHeader', args),
    appendHeader: (...args) => set('appendHeader', args),
    removeHeader: (...args) => set('removeHeader', args),
    destroy(error) {
      if (phase !== 'over' && !ended) void broken(error ?? new Error('the handler broke its answer off'))
      else call('destroy', error)
      return response
    },
    emit(name, ...args) {
      if (name !== 'close' || phase === 'over') return call('emit', name, ...args)
      // Streams that are piped, or will be, would end with it; what runs under a key goes on.
      closed = true
      response.destroyed = false
      visit.left()
      return true
    },
  }
  const set = (name: 'setHeader' | 'appendHeader' | 'removeHeader', args: unknown[]): unknown => {
    if (phase === 'holding' && head) throw headSent()
    return call(name, ...args)
  }
  const broken = async (error: unknown): Promise<void> => {
    const answer = await taken.threw(error)
    if (typeof answer === 'object') sendAnswer(response, answer, visit)
    else call('destroy')
    finish(typeof answer === 'object' ? answer.status : 500)
  }
  const taken: Hold = {
    get open() {
      return phase !== 'over'
    },
    async threw(error) {
      if (ended) return 'broken'
      ended = true
      const answer = await keyed.threw(error)
      const passed = phase === 'passing'
      over()
      if (passed) call('destroy')
      if (passed || closed) finish(answer?.status ?? 500)
      return passed ? 'broken' : answer
    },
  }
  Object.assign(response, own, { [HELD]: taken })
  const says = (name: string, get: () => boolean) => Object.defineProperty(response, name, { get, configurable: true })
  says('headersSent', () => head !== undefined)
  says('writableEnded', () => ended)
  says('closed', () => false)
  return taken
}

/** Node sends none, whatever is written. */
function isBodiless(response: ServerResponse, status: number): boolean {
  return response.req.method === 'HEAD' || status === 204 || status === 304
}
