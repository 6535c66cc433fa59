import { describe, expect, it, test } from 'vitest'
import { asItIsNow, isReplayable } from './body.js'

const text = (body: BodyInit): Promise<string> => new Response(asItIsNow(body)).text()

describe('isReplayable', () => {
  test.each<[string, unknown, boolean]>([
    ['nothing', undefined, true],
    ['null', null, true],
    ['text', '', true],
    ['bytes', new Uint8Array(1), true],
    ['a view', new DataView(new ArrayBuffer(1)), true],
    ['a buffer', new ArrayBuffer(1), true],
    ['parameters', new URLSearchParams(), true],
    ['a Blob', new Blob(), true],
    ['a form', new FormData(), true],
    ['a stream', new ReadableStream(), false],
    ['an iterable', (async function* () {})(), false],
    ['whatever else may be one', { pipe() {} }, false],
  ])('%s', (_, body, replayable) => {
    expect(isReplayable(body)).toBe(replayable)
  })
})

describe('asItIsNow', () => {
  it('copies what can be changed, and only the part in view', async () => {
    const pool = new TextEncoder().encode('..body..')
    const view = new DataView(pool.buffer, 2, 4)
    const copies = [asItIsNow(pool.buffer), asItIsNow(pool), asItIsNow(view)]
    pool.fill(0)
    expect(await Promise.all(copies.map(text))).toEqual(['..body..', '..body..', 'body'])
  })

  it('leaves what cannot be changed, and streams, as they are', () => {
    for (const body of ['text', new Blob(['x']), new ReadableStream()]) expect(asItIsNow(body)).toBe(body)
  })
})
