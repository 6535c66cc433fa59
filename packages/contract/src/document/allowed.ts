/**
 * Allowed: what a schema allows, in words, and a value as a person would write it.
 *
 * @module
 */
import {
  DURATION,
  DURATION_OVER_0,
  KEY_TEMPLATE,
  NAME,
  OPERATION_NAME,
  RATE,
  RATE_OVER_0,
  SHARE,
  SHARE_OVER_0,
  TARGET,
} from './forms.js'
import type { Schema } from './schema.js'
import type { Tree } from './tree.js'

const names = 'letters, digits, _ and -, a letter or digit first, at most 100'

const FORMS: Readonly<Record<string, string>> = {
  [DURATION.source]: 'a duration such as 800ms, 2s, 5m, 72h',
  [DURATION_OVER_0.source]: 'a duration of more than 0 such as 800ms, 2s, 5m, 72h',
  [RATE.source]: 'a rate such as 200/s, 10/m',
  [RATE_OVER_0.source]: 'a rate of more than 0 such as 200/s, 10/m',
  [SHARE.source]: 'a share such as 20%',
  [SHARE_OVER_0.source]: 'a share of more than 0 such as 20%',
  [NAME.source]: `a name (${names})`,
  [OPERATION_NAME.source]: `a name (${names.replace(' and -', ', - and .')})`,
  [TARGET.source]: 'DEPENDENCY.OPERATION, such as inventory.reserve',
  [KEY_TEMPLATE.source]: "a template of printable ASCII with at least one place, such as '{incoming}_line_{line}'",
}

/** `none, a duration such as 800ms, 2s, 5m, 72h, or a number of at least 0`. */
export function allowed(schema: Schema): string {
  const ways = [...new Set(leaves(schema).map(one))]
  if (ways.length < 3) return ways.join(' or ')
  return `${ways.slice(0, -1).join(', ')}, or ${ways.at(-1)}`
}

function leaves(schema: Schema): Schema[] {
  return schema.anyOf ? schema.anyOf.flatMap(leaves) : [schema]
}

function one(schema: Schema): string {
  if (schema.const !== undefined) return String(schema.const)
  if (schema.enum !== undefined) return schema.enum.join(', ')
  switch (schema.type) {
    case 'boolean':
      return 'true or false'
    case 'integer':
    case 'number':
      return number(schema)
    case 'string':
      return schema.pattern === undefined ? 'a text' : (FORMS[schema.pattern] ?? `text like ${schema.pattern}`)
    case 'array':
      return `a list, each ${schema.items ? allowed(schema.items) : 'anything'}`
    default:
      return schema.properties === undefined
        ? 'names, each with its fields'
        : `{ ${Object.keys(schema.properties).join(', ')} }`
  }
}

function number(schema: Schema): string {
  const bounds = [
    schema.minimum !== undefined && `of at least ${schema.minimum}`,
    schema.exclusiveMinimum !== undefined && `of more than ${schema.exclusiveMinimum}`,
    schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER && `of at most ${schema.maximum}`,
    schema.exclusiveMaximum !== undefined && `of less than ${schema.exclusiveMaximum}`,
  ].filter((bound) => bound !== false)
  return `a ${schema.type === 'integer' ? 'whole number' : 'number'} ${bounds.join(' and ')}`.trim()
}

/** Never long. */
export function shown(tree: Tree): string {
  if (tree.kind === 'map') return tree.entries.size === 0 ? 'an empty map' : 'a map'
  if (tree.kind === 'list') return tree.items.length === 0 ? 'an empty list' : 'a list'
  const { value } = tree
  if (value === null) return 'empty'
  return typeof value === 'string'
    ? JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
    : String(value)
}

/** What to write, where the schema has an example. */
export function example(name: string, schema: Schema): string {
  const [first] = schema.examples ?? []
  if (first === undefined) return `write ${allowed(schema)}`
  return `write for example ${name}: ${inline(first)}`
}

/** A value as YAML on one line. */
export function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, each]) => `${name}: ${inline(each)}`)
      .join(', ')} }`
  }
  if (typeof value === 'string') return /^[A-Za-z0-9][\w./%-]*$/.test(value) ? value : `'${value}'`
  return String(value)
}
