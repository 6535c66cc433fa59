/**
 * The tables of docs/contract-fields.md: every field of a contract, from the schema that the loader checks by.
 *
 * A list of fields that somebody keeps by hand is wrong after the second change. `npm run contract:schema` writes
 * it; a test says when it is old.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import prettier from 'prettier'

const root = fileURLToPath(new URL('../..', import.meta.url))
export const PAGE = path.join(root, 'docs', 'contract-fields.md')
const SCHEMA = path.join(root, 'packages', 'contract', 'schema', 'truce.schema.json')
const [BEGIN, END] = ['<!-- fields: npm run contract:schema -->', '<!-- end of fields -->']

/**
 * @typedef {object} Schema
 * @property {string} [description]
 * @property {readonly unknown[]} [examples]
 * @property {readonly Schema[]} [anyOf]
 * @property {Schema} [items]
 * @property {Readonly<Record<string, Schema>>} [properties]
 * @property {readonly string[]} [required]
 * @property {false | Schema} [additionalProperties]
 */

/** The page as it should be. @returns {Promise<string>} */
export async function page() {
  const text = readFileSync(PAGE, 'utf8')
  const [before, after] = [text.slice(0, text.indexOf(BEGIN)), text.slice(text.indexOf(END))]
  /** @type {Schema} */
  const schema = JSON.parse(readFileSync(SCHEMA, 'utf8'))
  const tables = [...sections(schema, [])].map(({ title, rows }) => `${title}\n\n${table(rows)}`)
  const options = { ...(await prettier.resolveConfig(PAGE)), parser: 'markdown' }
  return prettier.format(`${before}${BEGIN}\n\n${tables.join('\n\n')}\n\n${after}`, options)
}

/**
 * @param {Schema} schema
 * @param {readonly string[]} at
 * @returns {Generator<{ title: string, rows: readonly (readonly string[])[] }>}
 */
function* sections(schema, at) {
  const entries = Object.entries(schema.properties ?? {})
  if (entries.length > 0) {
    const title = at.length === 0 ? '**At the top**' : `**\`${at.join('.')}\`**`
    const rows = entries.map(([name, field]) => {
      const needed = schema.required?.includes(name) ? ' (required)' : ''
      return [
        `\`${name}\`${needed}`,
        field.description ?? '',
        (field.examples ?? []).map((each) => `\`${inline(each)}\``).join(' · '),
      ]
    })
    yield { title, rows }
  }
  for (const [name, field] of entries) yield* below(field, [...at, name])
}

/**
 * @param {Schema} field
 * @param {readonly string[]} at
 * @returns {Generator<{ title: string, rows: readonly (readonly string[])[] }>}
 */
function* below(field, at) {
  if (field.properties !== undefined) yield* sections(field, at)
  if (typeof field.additionalProperties === 'object') yield* below(field.additionalProperties, [...at, 'NAME'])
  if (field.items !== undefined) yield* below(field.items, at)
  for (const each of field.anyOf ?? []) yield* below(each, at)
}

/** @param {readonly (readonly string[])[]} rows */
function table(rows) {
  const lines = rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`)
  return ['| field | what it says | for example |', '| --- | --- | --- |', ...lines].join('\n')
}

/**
 * A value as YAML on one line.
 *
 * @param {unknown} value
 * @returns {string}
 */
function inline(value) {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, each]) => `${name}: ${inline(each)}`)
      .join(', ')} }`
  }
  return typeof value === 'string' && /[{}:]/.test(value) && !/^https?:/.test(value) ? `'${value}'` : String(value)
}

if (process.argv[1] !== undefined && pathToFileURL(process.argv[1]).href === import.meta.url) {
  writeFileSync(PAGE, await page())
}
