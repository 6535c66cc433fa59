import { describe, expect, test } from 'vitest'
import { configDefaults } from 'vitest/config'
import whole from '../../vitest.config.js'
import embedded from './embedded.config.js'
import { NEEDED, neededBy, patterns } from './needed.mjs'

const files = [
  'packages/truce/src/policy/backoff.test.ts',
  'packages/truce/test/runtimes/browser.test.ts',
  'packages/truce/src/postgres/claim.postgres.test.ts',
  'packages/truce/src/redis/claim.redis.test.ts',
  'scripts/browser.test.ts',
]

const names = (...chosen: string[]) => neededBy(chosen, files).map(({ name }) => name)

describe('neededBy', () => {
  test.each<[chosen: string[], needed: string[]]>([
    [[], ['a browser', 'Postgres', 'Redis']],
    [['packages/truce/src/policy'], []],
    [['scripts/browser.test.ts'], []],
    [['packages/truce/test'], ['a browser']],
    [['packages/truce/src/redis'], ['Redis']],
    [['./packages/truce/src/redis/claim.redis.test.ts:12'], ['Redis']],
    [['Claim.Postgres'], ['Postgres']],
    [['claim'], ['Postgres', 'Redis']],
    [['policy', 'runtimes'], ['a browser']],
    [['-t', 'backoff'], []],
    [['--retry=2', 'policy'], []],
  ])('%j: %j', (chosen, needed) => {
    expect(names(...chosen)).toEqual(needed)
  })

  test('an absolute path', () => {
    const here = new URL('redis.redis.test.ts', import.meta.url).pathname
    expect(neededBy([here]).map(({ name }) => name)).toEqual(['Redis'])
  })
})

test('--embedded leaves out all that needs one of them, and nothing else, in every project', () => {
  const left = ['**/runtimes/browser.test.ts', '**/*.postgres.test.ts', '**/*.redis.test.ts']
  expect(patterns()).toEqual(left)
  const projects = (config: typeof whole) => (config.test?.projects ?? []) as { test: { exclude?: string[] } }[]
  expect(projects(embedded).map(({ test: { exclude } }) => exclude)).toEqual(
    projects(whole).map(({ test: { exclude } }) => [...(exclude ?? configDefaults.exclude), ...left]),
  )
})

test.each(NEEDED.map(({ name, tests }) => [name, tests] as const))('%s has tests', (name, tests) => {
  expect(neededBy([tests.replace(/^\W/, '')]).map((each) => each.name)).toContain(name)
})
