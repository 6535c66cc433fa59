import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import config from '../vitest.config.js'
import { pages, root } from './docs/blocks.js'

/** What package.json exports, what is in src/, what tests import and what the docs name are one list. */
const folder = path.join(root, 'packages', 'truce')
const { exports } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
  exports: Record<string, string | Record<string, string>>
}
const subpaths = Object.keys(exports).filter((subpath) => subpath !== './package.json')
const nameOf = (subpath: string) => path.posix.join('truce', subpath)
/** A store has an export of its own and stands with the other stores. */
const entryOf = (subpath: string) =>
  path.posix.join(subpath.replace(/^[.]\/idempotency\//, './idempotency/stores/'), 'index')

describe.each(subpaths)('export %s', (subpath) => {
  const source = path.join(folder, 'src', `${entryOf(subpath)}.ts`)

  test('has its index in src/', () => {
    expect(existsSync(source), `${source} is missing`).toBe(true)
  })

  test('points at what the build makes of it, types first; with a portable.ts, that is for all but Node', () => {
    const index = `./dist/${entryOf(subpath)}.js`
    const portable = existsSync(path.join(path.dirname(source), 'portable.ts'))
    const targets = {
      types: `./dist/${entryOf(subpath)}.d.ts`,
      ...(portable && { node: index }),
      default: portable ? index.replace(/index\.js$/, 'portable.js') : index,
    }
    expect(JSON.stringify(exports[subpath])).toBe(JSON.stringify(targets))
  })

  test('is tested on its source', () => {
    const aliases = config.resolve?.alias as { find: RegExp; replacement: string }[]
    const name = nameOf(subpath)
    const resolved = aliases
      .filter(({ find }) => find.test(name))
      .map(({ find, replacement }) => name.replace(find, replacement))
    expect(resolved).toEqual([source])
  })

  test('is named in the docs, once there are any', () => {
    const texts = pages().map((page) => readFileSync(path.join(root, page), 'utf8'))
    const imported = new RegExp(`['"\`]${nameOf(subpath)}['"\`]`)
    expect(texts.length === 0 || texts.some((text) => imported.test(text)), `no page names ${nameOf(subpath)}`).toBe(
      true,
    )
  })
})

/** What is exported, by TypeScript's own account: names of its values and of its types, and whether their docstrings tell. */
function exportedNames() {
  const sources = subpaths.map((subpath) => path.join(folder, 'src', `${entryOf(subpath)}.ts`))
  const program = ts.createProgram(sources, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: true,
  })
  const checker = program.getTypeChecker()
  return sources.flatMap((source) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(source) as ts.SourceFile) as ts.Symbol
    return checker.getExportsOfModule(module).map((exported) => {
      const { flags } = exported
      const symbol = flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      return {
        name: exported.name,
        isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0,
        isTold: symbol.getDocumentationComment(checker).length > 0,
        hasExample: symbol.getJsDocTags(checker).some(({ name }) => name === 'example'),
      }
    })
  })
}

test('every function, class and constant is in the docs or has an example, every type is in the docs or has a docstring', () => {
  const texts = [...pages(), 'README.md'].map((page) => readFileSync(path.join(root, page), 'utf8')).join('\n')
  // In code only: `note` and `wait` are words of any page.
  const code = texts.match(/^```[^]*?^```|`[^`\n]+`/gm) ?? []
  const words = new Set(code.join('\n').match(/\w+/g))
  const names = exportedNames()
  expect(names.length).toBeGreaterThan(400)
  const untold = names.filter(({ name, isValue, isTold, hasExample }) =>
    words.has(name) ? false : isValue ? !hasExample : !isTold,
  )
  expect(untold.map(({ name }) => name)).toEqual([])
}, 60_000)

test('every folder of src/ with an index is exported', () => {
  const indexes = readdirSync(path.join(folder, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => path.basename(file) === 'index.ts' && path.dirname(file) !== '.',
  )
  const exported = new Set(subpaths.map((subpath) => `${entryOf(subpath).replace(/^[.]\//, '')}.ts`))
  const inner = /^(policy|http\/semantics)\//
  expect(
    indexes.map((file) => file.split(path.sep).join('/')).filter((file) => !exported.has(file) && !inner.test(file)),
  ).toEqual([])
})
