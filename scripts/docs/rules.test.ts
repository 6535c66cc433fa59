import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './blocks.js'
import { pages } from './rules.mjs'

test('docs/rules.md and docs/rules/ are what npm run contract:rules writes', { timeout: 60_000 }, async () => {
  const expected = await pages()
  const old = [...expected].filter(([name, text]) => readFileSync(path.join(root, name), 'utf8') !== text)
  expect(old.map(([name]) => name)).toEqual([])
  const written = readdirSync(path.join(root, 'docs', 'rules')).map((name) => `docs/rules/${name}`)
  expect(new Set(['docs/rules.md', ...written])).toEqual(new Set(expected.keys()))
})
