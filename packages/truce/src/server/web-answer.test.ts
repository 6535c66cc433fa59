import { describe, expect, it } from 'vitest'
import type { Answer } from './incoming.js'
import { held, isWhole, type Long, type Recording } from './web-answer.js'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A body whose chunks come one by one; `!` breaks it off. */
function streamed(...chunks: string[]): ReadableStream<Uint8Array> {
  const left = [...chunks]
  return new ReadableStream(
    {
      pull(controller) {
        const chunk = left.shift()
        if (chunk === undefined) controller.close()
        else if (chunk === '!') controller.error(new Error('broke off'))
        else controller.enqueue(bytes(chunk))
      },
    },
    { highWaterMark: 0 },
  )
}

/** A recorder that says whether the end may be sent, and logs what it is told. */
function recording(mayEnd = true, gaveUp?: Promise<unknown>): Recording & { readonly log: string[] } {
  const log: string[] = []
  return {
    log,
    gaveUp,
    async whole() {
      log.push('whole')
      return mayEnd
    },
    async broken(error) {
      log.push(`broken: ${(error as Error).message}`)
    },
  }
}

async function long(...chunks: string[]): Promise<Long> {
  const answer = await held(new Response(streamed(...chunks), { status: 201, headers: { 'x-a': '1' } }), 2)
  if (isWhole(answer)) throw new Error('it was held')
  return answer
}

describe('an answer that can be held', () => {
  it.each([
    ['none', null, ''],
    ['as long as may be', streamed('a', 'b'), 'ab'],
  ])('has a body: %s', async (_, body, text) => {
    const answer = (await held(new Response(body, { status: 201, headers: { 'x-a': '1' } }), 2)) as Answer
    expect(isWhole(answer)).toBe(true)
    expect(answer.status).toBe(201)
    expect(answer.headers).toContainEqual(['x-a', '1'])
    expect(String(Buffer.from(answer.body as Uint8Array))).toBe(text)
  })

  it('keeps its cookies apart', async () => {
    const response = new Response(null)
    response.headers.append('set-cookie', 'a=1')
    response.headers.append('set-cookie', 'b=2')
    expect((await held(response, 2)) as Answer).toMatchObject({
      headers: [
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
    })
  })

  it('that breaks off is an error', async () => {
    await expect(held(new Response(streamed('a', '!')), 2)).rejects.toThrow('broke off')
  })
})

describe('a longer one', () => {
  it('is passed on as it was; its last bytes wait for the record', async () => {
    const answer = await long('ab', 'c', 'd')
    expect(answer.head).toMatchObject({ status: 201 })
    const record = recording()
    const response = answer.passedOn(record)
    expect([response.status, response.headers.get('x-a')]).toEqual([201, '1'])
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const next = async (): Promise<string> => String(Buffer.from((await reader.read()).value ?? []))
    expect([await next(), await next(), record.log]).toEqual(['ab', 'c', []])
    expect([await next(), record.log]).toEqual(['d', ['whole']])
    expect((await reader.read()).done).toBe(true)
  })

  it('that may not end breaks off before its last bytes', async () => {
    const response = (await long('ab', 'c', 'd')).passedOn(recording(false))
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    await reader.read()
    await expect(reader.read()).rejects.toThrow('overtaken')
  })

  it('that breaks off tells so, and is never whole', async () => {
    const record = recording()
    await expect((await long('ab', 'c', '!')).passedOn(record).text()).rejects.toThrow('broke off')
    expect(record.log).toEqual(['broken: broke off'])
  })

  it('whose caller leaves is worked on to its end, and recorded', async () => {
    const record = recording()
    const response = (await long('ab', 'c', 'd', 'e')).passedOn(record)
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    await reader.cancel()
    expect(record.log).toEqual(['whole'])
  })

  it('that was given up breaks off for its caller, and is recorded all the same', async () => {
    const record = recording(true, Promise.resolve())
    await expect((await long('ab', 'c', 'd')).passedOn(record).text()).rejects.toThrow('overtaken')
    await expect.poll(() => record.log).toEqual(['whole'])
  })
})
