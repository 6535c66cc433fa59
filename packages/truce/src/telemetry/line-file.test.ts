import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { utf8 } from './line-bytes.js'
import { LineFile } from './line-file.js'

/** A pipe that nobody waits for takes 64 KiB and then refuses: half a batch, as on a disk that runs full. */
describe.runIf(process.platform === 'linux')('line file on a disk that runs full', () => {
  let folder: string
  let pipe: number
  const chunk = Buffer.alloc(1024 * 1024)
  const drain = () => chunk.toString('latin1', 0, readSync(pipe, chunk))

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'truce-line-file-'))
    execFileSync('mkfifo', [join(folder, 'pipe')])
    pipe = openSync(join(folder, 'pipe'), constants.O_RDWR | constants.O_NONBLOCK)
  })
  afterEach(() => {
    closeSync(pipe)
    rmSync(folder, { recursive: true })
  })

  const texts = { encode: (text: string, bytes: Buffer, at: number) => utf8(bytes, at, text) }
  const line = (id: number) => `${JSON.stringify({ id, pad: 'x'.repeat(90) })}\n`

  it.each([
    ['flush', (file: LineFile<string>) => file.flush()],
    ['flushSync', async (file: LineFile<string>) => file.flushSync()],
  ])('%s counts the lines that got through, and parts the next line from the half one', async (_, flush) => {
    const complaints: string[] = []
    const file = new LineFile(pipe, 256 * 1024, texts, (reason) => complaints.push(reason))
    for (let id = 0; id < 1_000; id++) file.add(line(id))
    await flush(file)
    const first = drain()
    expect(first).toHaveLength(65_536)
    expect(first.endsWith('\n')).toBe(false)
    const whole = first.split('\n').length - 1
    expect([file.written, file.dropped]).toEqual([whole, 1_000 - whole])

    file.add(line(1_000))
    await flush(file)
    file.add(line(1_001))
    await flush(file)
    expect(drain()).toBe(`\n${line(1_000)}${line(1_001)}`)
    expect([file.written, file.dropped]).toEqual([whole + 2, 1_000 - whole])
    expect(complaints).toHaveLength(1)
  })

  it('keeps the break for later where the disk took not one byte', async () => {
    const file = new LineFile(pipe, 256 * 1024, texts, () => {})
    for (let id = 0; id < 1_000; id++) file.add(line(id))
    await file.flush()
    file.add(line(1_000))
    await file.flush()
    const lost = file.dropped
    drain()
    file.add(line(1_001))
    await file.flush()
    expect(drain()).toBe(`\n${line(1_001)}`)
    expect([file.written + file.dropped, file.dropped]).toEqual([1_002, lost])
  })
})
