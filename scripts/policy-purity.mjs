/**
 * policy/ decides synchronously from its arguments: the part of that rule which the linter cannot say.
 *
 * A clock or a promise that slips into policy/ makes the simulator and production decide differently,
 * and nobody sees it until a rehearsal disagrees with an outage. The linter bans the global names
 * (.oxlintrc.json); here are async code, imports that are not files of ours, `Math` under another
 * name, and comments that would switch the linter off.
 *
 * @module
 */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** Names of promises, as values or as types. */
const PROMISES = new Set(['Promise', 'PromiseLike', 'Awaited', 'AsyncIterable', 'AsyncGenerator', 'AsyncIterator'])
const SUPPRESSION = /(?:oxlint|eslint)-disable|@ts-(?:ignore|nocheck|expect-error)/

/**
 * @param {string} folder every .ts file below it but tests is read
 * @returns {string[]} one `file:line: what to do` for each thing found
 */
export function impurities(folder) {
  return sources(folder).flatMap((file) =>
    judge(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext, true)),
  )
}

/** @param {string} folder */
export function sources(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.test(-d)?\.ts$/.test(name))
    .map((name) => path.join(folder, name))
}

/** @param {ts.SourceFile} file */
function judge(file) {
  /** @type {string[]} */
  const found = []
  /** @param {number} position @param {string} advice */
  const add = (position, advice) => {
    const { line } = file.getLineAndCharacterOfPosition(position)
    found.push(`${path.relative(process.cwd(), file.fileName)}:${line + 1}: ${advice}`)
  }
  /** @param {ts.Node} node */
  const visit = (node) => {
    const advice = adviceOn(node)
    if (advice) add(node.getStart(file), advice)
    ts.forEachChild(node, visit)
  }
  visit(file)
  const suppressed = SUPPRESSION.exec(file.text)
  if (suppressed) add(suppressed.index, 'policy/ has no suppressed rule: mend the code instead')
  return found
}

/**
 * @param {ts.Node} node
 * @returns {string | undefined}
 */
function adviceOn(node) {
  if (
    node.kind === ts.SyntaxKind.AsyncKeyword ||
    ts.isAwaitExpression(node) ||
    (ts.isForOfStatement(node) && node.awaitModifier)
  )
    return 'policy/ is synchronous: return the decision, let the guard wait'
  if (ts.isIdentifier(node) && PROMISES.has(node.text)) return `policy/ is synchronous: no ${node.text}`
  if (ts.isIdentifier(node) && node.text === 'Math' && !namesAFunction(node))
    return 'policy/ calls Math by its own name, so that Math.random can be refused: Math.max(…)'
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
    return 'policy/ does not ask where it runs'
  if (ts.isImportTypeNode(node)) return 'policy/ imports at the top of the file'
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return 'policy/ imports at the top of the file'
  if (
    (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
    node.moduleSpecifier &&
    !isRelative(node.moduleSpecifier)
  )
    return 'policy/ imports files of policy/ only, nothing of Node and no package'
  return undefined
}

/** `Math.max`, but not `Math.random`, `Math[name]` or `const m = Math`. @param {ts.Identifier} math */
function namesAFunction({ parent }) {
  return ts.isPropertyAccessExpression(parent) && parent.name.text !== 'random' && parent.name.text !== 'Math'
}

/** @param {ts.Expression} specifier */
function isRelative(specifier) {
  return ts.isStringLiteral(specifier) && specifier.text.startsWith('.')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? fileURLToPath(new URL('../packages/truce/src/policy', import.meta.url))
  const found = impurities(folder)
  const read = sources(folder).length
  if (read === 0) found.push(`${folder}: no source found: is this the folder of policy/?`)
  for (const each of found) console.error(each)
  console.log(`${read} files read, ${found.length} found`)
  process.exitCode = found.length > 0 ? 1 : 0
}
