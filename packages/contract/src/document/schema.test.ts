import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { documents, mutated } from '../../test/random-documents.js'
import { documentSchema, jsonSchema } from '../schema/document.js'
import { Problems } from './problem.js'
import { readYaml } from './read-yaml.js'
import { type Schema, schema } from './schema.js'
import { checkShape } from './shape.js'

const shipped = new URL('../../schema/truce.schema.json', import.meta.url)
const editor = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema())

/** What the loader says of the shape alone. */
function problemsOf(document: unknown): readonly string[] {
  const problems = new Problems('truce.json')
  const tree = readYaml(JSON.stringify(document), problems)
  if (tree !== undefined) checkShape(tree, problems)
  return problems.list.map(({ path, message }) => `${path}: ${message}`)
}

test('the shipped schema is what the source makes: npm run contract:schema', () => {
  expect(JSON.parse(readFileSync(shipped, 'utf8'))).toEqual(JSON.parse(JSON.stringify(jsonSchema())))
})

test('every field says what it is and has an example that it allows', () => {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true })
  const look = (of: Schema, path: string): void => {
    for (const [name, field] of Object.entries(of.properties ?? {})) {
      expect(field.description?.trim(), `${path}.${name}`).toMatch(/^\S.*[.?]/)
      expect(field.examples?.length, `${path}.${name} has no example`).toBeGreaterThan(0)
      for (const each of field.examples ?? [])
        expect(ajv.validate(field, each), `${path}.${name}: ${String(each)}`).toBe(true)
      look(field, `${path}.${name}`)
    }
    for (const each of of.anyOf ?? []) look(each, path)
    if (of.items !== undefined) look(of.items, `${path}[]`)
    if (typeof of.additionalProperties === 'object') look(of.additionalProperties, `${path}.NAME`)
  }
  look(schema(), '')
})

describe('editors, the loader and the source accept the same documents', () => {
  test('right ones', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(documents(), (document) => {
        expect(problemsOf(document)).toEqual([])
        expect(editor(document), `editors: ${JSON.stringify(editor.errors)}`).toBe(true)
        expect(documentSchema.safeParse(document).success).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  test('with small changes', { timeout: 60_000 }, () => {
    let [accepted, refused] = [0, 0]
    const changed = documents().chain(mutated)
    fc.assert(
      fc.property(changed, (document) => {
        const ok = editor(document)
        expect(problemsOf(document).length === 0, `${JSON.stringify(document)} ${JSON.stringify(editor.errors)}`).toBe(
          ok,
        )
        expect(documentSchema.safeParse(document).success).toBe(ok)
        if (ok) accepted++
        else refused++
      }),
      { numRuns: 500 },
    )
    expect(Math.min(accepted, refused)).toBeGreaterThan(25)
  })
})
