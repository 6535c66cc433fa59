import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { grouped, headersOf, isFraming, replaceHeaders, withoutBodys } from './headers.js'

function response(headers: Readonly<Record<string, string | number | string[]>>): ServerResponse {
  const made = new ServerResponse(new IncomingMessage(new Socket()))
  for (const [name, value] of Object.entries(headers)) made.setHeader(name, value)
  return made
}

test('headers of a response: names in lower case, numbers as text, each cookie apart', () => {
  expect(headersOf(response({ 'X-A': 1, 'Set-Cookie': ['a=1', 'b=2'] }))).toEqual([
    ['x-a', '1'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ])
})

test('those of one name become a list again', () => {
  const all = grouped([
    ['a', '1'],
    ['b', '2'],
    ['a', '3'],
    ['a', '4'],
  ])
  expect(Object.fromEntries(all)).toEqual({ a: ['1', '3', '4'], b: '2' })
})

test('the answer’s replace what stood there; the base stays below it, and the last are above it', () => {
  const made = response({ 'x-old': '1' })
  replaceHeaders(
    made,
    { 'x-base': 'b', 'x-answer': 'b', 'x-none': undefined },
    [
      ['x-answer', 'a'],
      ['x-last', 'a'],
    ],
    [['x-last', 'l']],
  )
  expect({ ...made.getHeaders() }).toEqual({ 'x-base': 'b', 'x-answer': 'a', 'x-last': 'l' })
})

test('another body keeps what is of the connection’s policy, and nothing of the first body', () => {
  const cors = { 'access-control-allow-origin': '*', 'content-security-policy': 'none', 'set-cookie': ['a=1'] }
  const body = {
    'content-type': 'text/html',
    'content-encoding': 'gzip',
    'content-length': 7,
    etag: '"1"',
    'last-modified': 'now',
    'cache-control': 'max-age=9',
    'accept-ranges': 'bytes',
  }
  expect(withoutBodys({ ...cors, ...body })).toEqual(cors)
})

test.each(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'date'])(
  'Node writes %s itself',
  (name) => expect(isFraming(name)).toBe(true),
)
test('but not content-type', () => expect(isFraming('content-type')).toBe(false))
