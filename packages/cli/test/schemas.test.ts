import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { build, folderWith, INVENTORY, ORDER, truce } from './truce.js'

beforeAll(build, 120_000)

const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true })
const validatorOf = (name: string): ValidateFunction => {
  const file = new URL(`../schema/${name}.schema.json`, import.meta.url)
  return ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object)
}

const WORSE = ORDER.replace("{ key: '{incoming}_line_{line}', window: 24h }", 'natural')
  .replace('deadline: 3s', 'deadline: 9s')
  .replace('{ ratio: 20% }', 'none')
/** Nothing bounds its attempts: JSON has no word for that. */
const ENDLESS =
  '{ truce: 1, service: a, depends: { b: { budget: none, operations: { x: { use: background, effect: read, deadline: none } } } } }'
const cwd = () =>
  folderWith({
    'good/a.truce.yaml': ORDER,
    'good/b.truce.yaml': INVENTORY,
    'bad/a.truce.yaml': WORSE,
    'endless/truce.yaml': ENDLESS,
    'broken.yaml': 'a: [',
    'storm.yaml':
      '{ simulate: 1, name: a, for: 10s, dependencies: { b: { workers: 1, service: { kind: constant, value: 1ms } } }, callers: { c: { arrivals: { open: 5/s }, calls: b.x } }, strategies: { truce: { use: baseline } } }',
  })

describe('what --json prints is what its schema says', { timeout: 60_000 }, () => {
  test.each<[string, number, string[]]>([
    ['check', 0, ['good']],
    ['check', 1, ['bad', '--strict']],
    ['diff', 1, ['good', 'bad']],
    ['diff', 0, ['good', 'good']],
    ['check', 1, ['endless']],
    ['checklist', 0, ['good']],
    ['checklist', 0, ['bad']],
    ['simulate', 0, ['storm.yaml']],
    ['simulate', 0, ['storm.yaml', '--seeds', '3']],
  ])('%s, exit code %i: %s', (command, code, args) => {
    const ended = truce([command, ...args, '--json'], { cwd: cwd() })
    expect([ended.code, ended.stderr]).toEqual([code, ''])
    const validate = ajv.getSchema(`urn:truce:cli:${command}`) ?? validatorOf(command)
    expect([validate(JSON.parse(ended.stdout)), validate.errors]).toEqual([true, null])
  })

  test.each([
    ['check', 'broken.yaml'],
    ['diff', 'broken.yaml', 'good'],
    ['checklist'],
    ['simulate', 'broken.yaml'],
    ['none'],
  ])('unusable: %s %s', (...args) => {
    const { code, stdout } = truce([...args, '--json'], { cwd: cwd() })
    const validate = ajv.getSchema('urn:truce:cli:unusable') ?? validatorOf('unusable')
    expect([code, validate(JSON.parse(stdout)), validate.errors]).toEqual([2, true, null])
  })

  test('a result with a field that is not in the schema would be noticed', () => {
    const validate = ajv.getSchema('urn:truce:cli:checklist') ?? validatorOf('checklist')
    expect(validate({ operations: [], more: 1 })).toBe(false)
  })
})
