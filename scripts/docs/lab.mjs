/**
 * The tables of docs/lab.md and docs/lab-scenarios.md: models of other libraries, and what the ladder found.
 *
 * Figures that were pasted once outlive what they were measured on. `npm run lab:docs` runs the ladder with three sizes
 * of fleet (a few minutes) and writes them; a test runs some storms again and says when they are old.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import prettier from 'prettier'

const root = fileURLToPath(new URL('../..', import.meta.url))
export const LAB = path.join(root, 'docs', 'lab.md')
export const SCENARIOS = path.join(root, 'docs', 'lab-scenarios.md')
const COLUMNS = ['none', 'naive', 'backoff', 'truce', 'truceDropsExpired', 'truceAdmission']
const HEADS = ['none', 'at once', 'backoff', 'truce', 'drops', 'admission']
/** The usual one first. */
const FLEETS = [20, 5, 100]

/** @typedef {Readonly<Record<string, number>>} Figures */
/** @typedef {Readonly<Record<string, Figures>>} Ladder what `npm run bench:ladder -- --json` prints */

/** @param {Readonly<Record<string, { about: string, settings: Figures }>>} models */
export function modelsTable(models) {
  const rows = Object.entries(models).map(([name, { about, settings }]) => {
    const numbers = Object.entries(settings).map(([setting, value]) => `\`${setting}: ${value}\``)
    return [`\`${name}\``, about, numbers.length === 0 ? '–' : numbers.join(', ')]
  })
  return table(['`like`', 'what it does', '`settings`'], rows)
}

/** @param {readonly { fleet: number, ladder: Ladder }[]} climbed */
function meansTable(climbed) {
  const rows = climbed.flatMap(({ fleet, ladder }) => [
    [`mean of 31, ${fleet} instances`, ...numbers(ladder['mean'], 1)],
    [`worst against doing nothing, ${fleet} instances`, ...numbers(ladder['worst'], 1)],
  ])
  return table(['success, %', ...HEADS], rows)
}

/** @param {readonly { name: string, called: string, what: string }[]} storms @param {Ladder} ladder */
function stormsTable(storms, ladder) {
  const rows = storms.map(({ name, called, what }) => {
    const figures = ladder[name]
    const link = `[${called}](../packages/lab/scenarios/ladder/${name}.yaml)`
    return [link, what, ...numbers(figures, 0).map((text, i) => (i === 3 && isWorse(figures) ? `${text} ◂` : text))]
  })
  return table(['storm', 'what goes wrong', ...HEADS], rows)
}

/** @param {Figures | undefined} figures */
const isWorse = (figures) => Number(figures?.['truce']) < Number(figures?.['none']) - 0.02

/** @param {Figures | undefined} figures @param {number} digits */
const numbers = (figures, digits) =>
  COLUMNS.map((column) => (100 * Number(figures?.[column])).toFixed(digits).replace(/^-(0(\.0)?)$/, '$1'))

/** @param {readonly string[]} heads @param {readonly (readonly string[])[]} rows */
function table(heads, rows) {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The page with the part of that name replaced. @param {string} page @param {string} part @param {string} text */
export async function withPart(page, part, text) {
  const before = readFileSync(page, 'utf8')
  const [begin, end] = [`<!-- ${part}: npm run lab:docs -->`, `<!-- end of ${part} -->`]
  const [from, until] = [before.indexOf(begin), before.indexOf(end)]
  if (from < 0 || until < from) throw new Error(`${page} has no part ${part}`)
  const options = { ...(await prettier.resolveConfig(page)), parser: 'markdown' }
  return prettier.format(`${before.slice(0, from)}${begin}\n\n${text}\n\n${before.slice(until)}`, options)
}

/** @param {number} fleet @returns {Promise<{ fleet: number, ladder: Ladder }>} */
async function climb(fleet) {
  const args = [path.join(root, 'bench', 'dist', 'ladder', 'run.js'), '--json', '--instances', String(fleet)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return { fleet, ladder: JSON.parse(stdout) }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const dist = path.join(root, 'packages', 'lab', 'dist')
  const { FIELD } = await import(pathToFileURL(path.join(dist, 'strategies', 'field', 'index.js')).href)
  const { LADDER } = await import(pathToFileURL(path.join(dist, 'ladder', 'table.js')).href)
  const all = await Promise.all(FLEETS.map(climb))
  writeFileSync(LAB, await withPart(LAB, 'models', modelsTable(FIELD)))
  writeFileSync(LAB, await withPart(LAB, 'means', meansTable(all)))
  writeFileSync(SCENARIOS, await withPart(SCENARIOS, 'storms', stormsTable(LADDER, all[0]?.ladder ?? {})))
}
