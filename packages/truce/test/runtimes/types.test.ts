import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { portable } from './bundle.js'

/**
 * A page's project has no types of Node, and an error in a declaration of ours is an error of its build.
 *
 * The declarations are read as the build writes them, through all that each entry reaches.
 */
const root = fileURLToPath(new URL('../../../../', import.meta.url))
const dist = join(root, 'packages', 'truce', 'dist')

beforeAll(() => {
  spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-b', 'packages/truce'], { cwd: root, timeout: 60_000 })
}, 70_000)

test.each(portable)('the types of %s need no types of Node', (name) => {
  const files = reachedFrom(join(dist, name.slice('truce'.length), 'index.d.ts'))
  const ofNode = [...files].filter(([, text]) =>
    /\bNodeJS\.|['"]node:|types=["']node|\bBuffer\b(?!Source)/.test(code(text)),
  )
  expect(ofNode.map(([file]) => file)).toEqual([])
})

/** Declarations by file. */
function reachedFrom(file: string, reached = new Map<string, string>()): Map<string, string> {
  if (reached.has(file)) return reached
  expect(existsSync(file), `${file} is missing: does the build fail?`).toBe(true)
  const text = readFileSync(file, 'utf8')
  reached.set(file, text)
  for (const [, path = ''] of code(text).matchAll(/(?:from|import\()\s*['"](\.[^'"]+)\.js['"]/g))
    reachedFrom(join(dirname(file), `${path}.d.ts`), reached)
  return reached
}

function code(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/(?!\/).*/g, '')
}
