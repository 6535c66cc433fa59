import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it, test } from 'vitest'
import { headSent, setHead, writtenOf } from './writing.js'

const response = (): ServerResponse => new ServerResponse(new IncomingMessage(new Socket()))
const done = (): void => {}

describe('what is written', () => {
  test.each<[string, unknown[], string | undefined, unknown]>([
    ['nothing', [], undefined, undefined],
    ['null', [null], undefined, undefined],
    ['only a callback', [done], undefined, done],
    ['text', ['tü'], 'tü', undefined],
    ['text and a callback', ['t', done], 't', done],
    ['text, encoding and a callback', ['dGVh', 'base64', done], 'tea', done],
    ['bytes', [new Uint8Array([116])], 't', undefined],
    ['bytes, with an encoding of no use', [Buffer.from('t'), 'utf8', done], 't', done],
  ])('%s', (_, args, text, then) => {
    const written = writtenOf(args)
    expect(written.bytes && Buffer.from(written.bytes).toString()).toBe(text)
    expect(written.done).toBe(then)
  })

  it('is a copy: its buffer may be used again', () => {
    const buffer = Buffer.from('tea')
    const { bytes } = writtenOf([buffer])
    buffer.fill('x')
    expect(Buffer.from(bytes as Uint8Array).toString()).toBe('tea')
  })

  it('has to be text or bytes, as Node says it', () => {
    expect(() => writtenOf([7])).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })
})

describe('a head', () => {
  test.each<[string, unknown[], object]>([
    ['a status', [204], {}],
    ['with headers', [204, { 'X-A': '1' }], { 'x-a': '1' }],
    ['with a message and headers', [204, 'Gone', { 'X-A': ['1', '2'] }], { 'x-a': ['1', '2'] }],
    ['with a list; what was set of those names goes', [204, ['X-A', '1', 'X-A', '2']], { 'x-a': ['1', '2'] }],
    [
      'with pairs',
      [
        204,
        [
          ['X-A', '1'],
          ['X-B', '2'],
        ],
      ],
      { 'x-a': '1', 'x-b': '2' },
    ],
  ])('%s', (_, args, headers) => {
    const made = response()
    if (args.length > 1) made.setHeader('x-a', 'before')
    expect(setHead(made, args)).toBe(204)
    expect([made.statusCode, { ...made.getHeaders() }]).toEqual([204, headers])
    expect(made.statusMessage).toBe(args[1] === 'Gone' ? 'Gone' : undefined)
  })

  test.each([99, 1_000, 'tea'])('has no status %s', (status) => {
    expect(() => setHead(response(), [status])).toThrow(
      expect.objectContaining({ code: 'ERR_HTTP_INVALID_STATUS_CODE' }),
    )
  })

  it('that was sent is told as Node tells it', () => {
    expect(headSent()).toMatchObject({ code: 'ERR_HTTP_HEADERS_SENT' })
  })
})
