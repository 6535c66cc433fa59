import { describe, expect, it, test } from 'vitest'
import { BodyTooLargeError } from './errors.js'
import { joined, readWebBody } from './web-body.js'

const post = (body: BodyInit, headers: HeadersInit = {}) =>
  new Request('http://shop/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit)

/** Counts how much of it was asked for. */
function endless(): { readonly body: ReadableStream<Uint8Array>; readonly asked: () => number } {
  let asked = 0
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    asked++
    controller.enqueue(new Uint8Array(10))
  }
  return { body: new ReadableStream({ pull }, { highWaterMark: 0 }), asked: () => asked }
}

describe('the body of a web-standard request', () => {
  it('is null where there is none, and empty where it is', async () => {
    expect(await readWebBody(new Request('http://shop/'), 10)).toBeNull()
    expect(await readWebBody(post(''), 10)).toHaveLength(0)
  })

  it('is read up to the limit, and left for the handler', async () => {
    const request = post('0123456789')
    expect(String(Buffer.from((await readWebBody(request, 10)) as Uint8Array))).toBe('0123456789')
    expect(request.bodyUsed).toBe(false)
    expect(await request.text()).toBe('0123456789')
  })

  it('is refused by what it announces, unread', async () => {
    const { body, asked } = endless()
    const request = post(body, { 'content-length': '11' })
    const before = asked()
    await expect(readWebBody(request, 10)).rejects.toBeInstanceOf(BodyTooLargeError)
    expect(asked()).toBe(before)
  })

  it('is refused by what it is, and not read to its end', async () => {
    const { body, asked } = endless()
    await expect(readWebBody(post(body), 95)).rejects.toBeInstanceOf(BodyTooLargeError)
    expect(asked()).toBeLessThan(20)
  })

  it('that breaks off is an error', async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('broke off')) })
    await expect(readWebBody(post(broken), 10)).rejects.toThrow('broke off')
  })
})

test.each<[string, string[]]>([
  ['', []],
  ['tea', ['tea']],
  ['green tea', ['green', '', ' tea']],
])('%j is joined of %j', (whole, parts) => {
  expect(
    String(
      Buffer.from(
        joined(
          parts.map((part) => Buffer.from(part)),
          whole.length,
        ),
      ),
    ),
  ).toBe(whole)
})
