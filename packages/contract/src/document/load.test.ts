import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LARGEST } from './bounds.js'
import { loadDocuments } from './load.js'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'truce-load-'))
  chmodSync(folder, 0o755)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const document = (service: string) => `truce: 1\nservice: ${service}\n`
function write(
  file: string,
  content: string | Uint8Array = document(path.basename(file).split('.', 1).join('')),
): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  writeFileSync(path.join(folder, file), content)
}
const load = (...paths: string[]) => loadDocuments(paths, { cwd: folder })
const files = async (...paths: string[]) => (await load(...paths)).contracts.map(({ file }) => file)

/** Root may read everything: so it is somebody else for as long as this takes. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  const root = process.geteuid?.() === 0
  if (root) process.seteuid?.(65_534)
  try {
    return await run()
  } finally {
    if (root) process.seteuid?.(0)
  }
}

describe('which files are documents', () => {
  beforeEach(() => {
    for (const file of ['truce.yaml', 'a/truce.yml', 'a/b/truce.json', 'c/orders.truce.yaml', 'c/x.truce.yml'])
      write(file)
    for (const file of ['other.yaml', 'a/truce.yaml.bak', 'node_modules/x/truce.yaml', 'dist/truce.yaml']) write(file)
  })

  test('a folder is searched, and the folders below it', async () => {
    expect(await files('.')).toEqual([
      'a/b/truce.json',
      'a/truce.yml',
      'c/orders.truce.yaml',
      'c/x.truce.yml',
      'truce.yaml',
    ])
  })

  test('a file is taken whatever it is called', async () => {
    expect(await files('other.yaml')).toEqual(['other.yaml'])
  })

  test('a glob, of any name', async () => {
    expect(await files('**/*.truce.{yaml,yml}')).toEqual(['c/orders.truce.yaml', 'c/x.truce.yml'])
    expect(await files('*.yaml')).toEqual(['other.yaml', 'truce.yaml'])
  })

  test('a glob that matches nothing is named', async () => {
    expect((await load('*.toml')).skipped).toEqual([{ path: '*.toml', why: 'no file matches it' }])
  })

  test('each once, in the order of the paths, and by a link too', async () => {
    symlinkSync('truce.yaml', path.join(folder, 'link.truce.yaml'))
    expect(await files('truce.yaml', 'link.truce.yaml', 'c', './c/x.truce.yml')).toEqual([
      'truce.yaml',
      'c/orders.truce.yaml',
      'c/x.truce.yml',
    ])
  })

  test('a name with brackets is a file before it is a glob', async () => {
    write('[a].truce.yaml', document('bracket'))
    expect(await files('[a].truce.yaml')).toEqual(['[a].truce.yaml'])
  })

  test('files outside are called by their whole path', async () => {
    const { contracts } = await loadDocuments([path.join(folder, 'truce.yaml')], { cwd: path.join(folder, 'a') })
    expect(contracts[0]?.file).toBe(path.join(folder, 'truce.yaml'))
  })
})

describe('what cannot be read is a problem of that file, and the others are read', () => {
  const refused: [what: string, plant: (file: string) => void, message: string][] = [
    ['a missing file', () => undefined, 'no such file'],
    ['a link to itself', (file) => symlinkSync(file, file), 'links lead in a circle'],
    ['a FIFO that nobody writes to', (file) => void spawnSync('mkfifo', [file]), 'no regular file'],
    ['a device', (file) => symlinkSync('/dev/zero', file), 'no regular file'],
    ['50 MB', (file) => writeFileSync(file, Buffer.alloc(50_000_000, '#')), 'it has 50000000 bytes'],
    [
      'more than a byte too much',
      (file) => writeFileSync(file, Buffer.alloc(LARGEST + 1, '#')),
      `${LARGEST + 1} bytes`,
    ],
    ['UTF-16', (file) => writeFileSync(file, Buffer.from('\ufefftruce: 1', 'utf16le')), 'it is UTF-16'],
  ]

  test.each(refused)('%s', async (_, plant, message) => {
    write('good.truce.yaml')
    plant(path.join(folder, 'bad.yaml'))
    const { contracts, problems } = await load('bad.yaml', 'good.truce.yaml')
    expect(contracts.map(({ service }) => service)).toEqual(['good'])
    expect(problems).toMatchObject([{ file: 'bad.yaml', line: 1, message: expect.stringContaining(message) }])
  })

  test('bytes that are no UTF-8, with their line', async () => {
    write('bad.yaml', Buffer.concat([Buffer.from('truce: 1\nservice: '), Buffer.from([0xe4, 0x62]), Buffer.from('\n')]))
    const { problems } = await load('bad.yaml')
    expect(problems).toMatchObject([{ line: 2, column: 10, message: 'from here on it is not UTF-8' }])
  })

  test('a file that has more in it than it said when it was opened', async () => {
    const { problems } = await load('/proc/self/status')
    expect(problems).toMatchObject([{ message: 'it changed while it was read' }])
  })

  test('a file that may not be read', async () => {
    write('bad.yaml')
    chmodSync(path.join(folder, 'bad.yaml'), 0o000)
    const { problems } = await asNobody(() => load('bad.yaml'))
    expect(problems).toMatchObject([{ file: 'bad.yaml', message: 'it may not be read by this user' }])
  })
})

describe('what a search passes over is named', () => {
  test('a folder that may not be listed', async () => {
    write('good.truce.yaml')
    write('locked/truce.yaml')
    chmodSync(path.join(folder, 'locked'), 0o000)
    const { contracts, skipped } = await asNobody(() => load('.'))
    expect(contracts.map(({ service }) => service)).toEqual(['good'])
    expect(skipped).toEqual([{ path: 'locked', why: 'cannot be listed (EACCES)' }])
    chmodSync(path.join(folder, 'locked'), 0o755)
  })

  test('links to folders, which may lead in a circle, are not followed', async () => {
    write('a/truce.yaml')
    symlinkSync('..', path.join(folder, 'a', 'up'))
    expect(await files('.')).toEqual(['a/truce.yaml'])
  })

  test('a link to nothing, a link in a circle and a FIFO by the name of a document', async () => {
    symlinkSync('nowhere', path.join(folder, 'a.truce.yaml'))
    symlinkSync('b.truce.yaml', path.join(folder, 'b.truce.yaml'))
    spawnSync('mkfifo', [path.join(folder, 'c.truce.yaml')])
    const { skipped, problems } = await load('.')
    expect(problems).toEqual([])
    expect(skipped).toEqual([
      { path: 'a.truce.yaml', why: 'is a link to nothing (ENOENT)' },
      { path: 'b.truce.yaml', why: 'is a link to nothing (ELOOP)' },
      { path: 'c.truce.yaml', why: 'is no regular file' },
    ])
  })

  test('folders more than 64 deep', async () => {
    write(path.join(...Array.from({ length: 70 }, () => 'd'), 'truce.yaml'))
    const { contracts, skipped } = await load('.')
    expect(contracts).toEqual([])
    expect(skipped).toMatchObject([{ why: 'more than 64 folders deep' }])
  })
})
