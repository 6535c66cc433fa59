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
import { lateResponse, writesTo } from './late.js'
import { headSent, setHead, writtenOf } from './writing.js'

export interface Hold {
  /** Does it keep anything back? */
  readonly open: boolean
  /**
   * The handler threw, or broke its answer off.
   *
   * @returns an answer to send; nothing where the error is for others to answer; `broken` where it was answered
   *   already, in whole or in part; `late` where it was answered in the handler's place
   */
  threw(error: unknown): Promise<Answer | 'broken' | 'late' | undefined>
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

  let phase: 'holding' | 'passing' | 'late' | 'over' = 'holding'
  /** What the handler writes on. */
  let written = response
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
    if (!head) response.writeHead(written.statusCode)
    return head as unknown as NonNullable<typeof head>
  }
  const keep = (bytes: Uint8Array | undefined): void => {
    if (!bytes || bytes.length === 0 || isBodiless(response, headOf().status)) return
    chunks.push(bytes)
    length += bytes.length
  }
  /** Passes on all but the newest chunk. */
  const passOn = (): boolean => {
    if (phase === 'late') {
      chunks = []
      return true
    }
    const { status, headers } = headOf()
    let room = true
    if (phase === 'holding') {
      phase = 'passing'
      Reflect.deleteProperty(response, 'headersSent')
      replaceHeaders(response, base, headers, visit.headers(status))
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
    const [passed, late] = [phase === 'passing', phase === 'late']
    over()
    if (late) return finish(answer.status)
    if (passed) {
      // What was recorded is something else: the caller must not take this for the end.
      if (answer.status === status) call('end', ...chunks)
      else call('destroy')
    } else {
      const ours = answer.status === status
      const says = answer.headers.filter(([name]) => !isFraming(name) || (ours && isBodiless(response, status)))
      replaceHeaders(response, base, says, visit.headers(answer.status))
      if (!ours) response.statusMessage = ''
      response.statusCode = answer.status
      call('end', answer.body ?? (ours && !whole ? joined(chunks, length) : undefined))
    }
    finish(answer.status)
  }

  const own: Record<(typeof TAKEN)[number], Method> = {
    writeHead(...args) {
      if (phase === 'passing' || phase === 'over') return call('writeHead', ...args)
      if (head) throw headSent()
      const status = setHead(written, args)
      head = { status, headers: headersOf(written) }
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
      if (done && phase === 'late') process.nextTick(done)
      else if (done) response.once('finish', done)
      void record()
      return response
    },
    flushHeaders() {
      if (phase === 'holding' || phase === 'late') headOf()
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
      // Whoever waits for room would wait for ever.
      if (phase === 'passing') call('emit', 'drain')
      return true
    },
  }
  const set = (name: 'setHeader' | 'appendHeader' | 'removeHeader', args: unknown[]): unknown => {
    if (phase === 'holding' && head) throw headSent()
    return call(name, ...args)
  }
  const broken = async (error: unknown): Promise<void> => {
    const answer = await taken.threw(error)
    if (answer === 'late') return
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
      const [passed, late] = [phase === 'passing', phase === 'late']
      over()
      if (passed) call('destroy')
      if (passed || closed) finish(answer?.status ?? 500)
      if (late) return 'late'
      // Whoever answers for it says what every answer under a key says.
      if (!passed && !answer) for (const [name, value] of keyed.headers) call('setHeader', name, value)
      return passed ? 'broken' : answer
    },
  }
  /** The run is over, and the handler is not: its caller is answered, or is not left to believe in half an answer. */
  const giveUp = (answer: Answer): void => {
    if (ended) return
    if (phase === 'passing') call('destroy')
    else {
      const late = lateResponse(response)
      phase = 'over'
      replaceHeaders(
        response,
        base,
        answer.headers.filter(([name]) => !isFraming(name)),
        visit.headers(answer.status),
      )
      response.statusMessage = ''
      response.statusCode = answer.status
      if (!closed) call('end', answer.body)
      written = late
      writesTo(response, late)
      phase = 'late'
    }
    visit.ended(answer.status)
  }
  Object.assign(response, own, { [HELD]: taken })
  void keyed.gaveUp?.then(giveUp)
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
