import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { multipart } from './multipart.js'

/** As a server reads it: undici's own parser. */
const parsed = (blob: Blob): Promise<FormData> =>
  new Response(blob, { headers: { 'content-type': blob.type } }).formData()

const lines = (text: string): string => text.replaceAll(/\r\n|\r|\n/g, '\r\n')

describe('multipart', () => {
  it('says what fetch says, but for the boundary', async () => {
    const form = new FormData()
    form.append('a "quoted"\nname', 'two\nlines')
    form.append('a "quoted"\nname', 'again')
    form.append('file', new File(['bytes'], 'na"me.bin'))
    form.append('typed', new File(['{}'], 'größe.json', { type: 'application/json' }))
    const own = new Response(form)
    const boundary = String(own.headers.get('content-type')).split('boundary=')[1] as string
    const blob = multipart(form)
    const ours = blob.type.split('boundary=')[1] as string
    // A line end after the last boundary is allowed; fetch wrote none up to Node 20.19.
    const theirs = (await own.text()).replaceAll(boundary, 'B').trimEnd()
    expect((await blob.text()).replaceAll(ours, 'B').trimEnd()).toBe(theirs)
  })

  it('is the form again where it is read', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    const entry = fc.tuple(fc.string({ minLength: 1, maxLength: 10 }), fc.oneof(text, fc.uint8Array()))
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 6 }), async (entries) => {
        const form = new FormData()
        for (const [field, value] of entries) {
          if (typeof value === 'string') form.append(field, value)
          else form.append(field, new Blob([new Uint8Array(value)]), 'file')
        }
        const read = [...(await parsed(multipart(form)))]
        const texts = await Promise.all(
          read.map(async ([, value]) => (typeof value === 'string' ? value : bytes(value))),
        )
        expect(texts).toEqual(entries.map(([, value]) => (typeof value === 'string' ? lines(value) : [...value])))
      }),
    )
  })

  it('draws a boundary for each form, in lower case as a Blob keeps its type', () => {
    const types = Array.from({ length: 100 }, () => multipart(new FormData()).type)
    expect(new Set(types).size).toBe(100)
    expect(types[0]).toMatch(/^multipart\/form-data; boundary=----truce-[0-9a-f]{32}$/)
  })
})

async function bytes(file: File): Promise<number[]> {
  return [...new Uint8Array(await file.arrayBuffer())]
}
