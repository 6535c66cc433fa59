import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { runPlanted } from './planted.js'

const src = 'packages/truce/src/'
const args = ['--config', '.dependency-cruiser.mjs', 'packages']

/** A small house in which every allowed import stands once. */
const house: Record<string, string> = {
  [`${src}policy/backoff.ts`]: 'export const wait = 1\n',
  [`${src}policy/index.ts`]: "export { wait } from './backoff.js'\n",
  [`${src}policy/backoff.test.ts`]: "import 'vitest'\nimport '../testing/index.js'\nimport './backoff.js'\n",
  [`${src}http/semantics/status.ts`]: "import '../../policy/index.js'\nexport const status = 1\n",
  [`${src}context/deadline.ts`]: "import 'node:async_hooks'\nimport '../policy/index.js'\nexport const deadline = 1\n",
  [`${src}options/units.ts`]: "import '../policy/index.js'\nexport const units = 1\n",
  [`${src}profiles/index.ts`]:
    "import '../policy/index.js'\nimport '../http/semantics/status.js'\nimport '../options/units.js'\nexport const profile = 1\n",
  [`${src}telemetry/index.ts`]: "import '../policy/index.js'\nexport const record = 1\n",
  [`${src}guard/guard.ts`]:
    "import '../policy/index.js'\nimport '../http/semantics/status.js'\nimport '../context/deadline.js'\nimport '../telemetry/index.js'\nimport '../profiles/index.js'\nexport const guard = 1\n",
  [`${src}http/index.ts`]: "import '../guard/guard.js'\nimport './semantics/status.js'\nexport const fetch = 1\n",
  [`${src}http/headers/dictionary.ts`]: "import 'structured-headers'\nexport const parse = 1\n",
  [`${src}peer/index.ts`]:
    "import '../http/headers/dictionary.js'\nimport '../context/deadline.js'\nexport const peer = 1\n",
  [`${src}idempotency/engine.ts`]: "import '../guard/guard.js'\nimport '../policy/index.js'\nexport const engine = 1\n",
  [`${src}server/feature.ts`]: "import '../guard/guard.js'\nexport const port = 1\n",
  [`${src}server/admission/door.ts`]: 'export const door = 1\n',
  [`${src}server/idempotency/run.ts`]:
    "import '../feature.js'\nimport '../../idempotency/engine.js'\nexport const run = 1\n",
  [`${src}server/visit.ts`]:
    "import '../guard/guard.js'\nimport '../context/deadline.js'\nimport '../telemetry/index.js'\nexport const visit = 1\n",
  [`${src}server/node/drive.ts`]: "import '../visit.js'\nexport const drive = 1\n",
  [`${src}server/express/index.ts`]: "import '../node/drive.js'\nimport '../visit.js'\nexport const guarded = 1\n",
  [`${src}testing/index.ts`]:
    "import '../policy/index.js'\nimport '../guard/guard.js'\nimport '../telemetry/index.js'\nexport const clock = 1\n",
  [`${src}index.ts`]: "export { guard } from './guard/guard.js'\nexport { fetch } from './http/index.js'\n",
  'packages/lab/package.json': '{ "name": "@truce/lab", "type": "module", "devDependencies": { "zod": "1" } }\n',
  'packages/lab/src/schema/document.ts': "import 'zod'\nexport type Written = 1\nexport const schema = 1\n",
  'packages/lab/src/scenario/model.ts':
    "import type { Written } from '../schema/document.js'\nexport type Model = Written\n",
  'packages/lab/src/engine/agenda.ts':
    "import type { Model } from '../scenario/model.js'\nexport type Agenda = Model\n",
  'packages/lab/src/ladder/table.ts': 'export const ladder = 1\n',
  'packages/lab/src/strategies/truce.ts': "import 'truce/policy'\nexport const client = 1\n",
  'packages/lab/src/model/world.ts':
    "import '../strategies/truce.js'\nimport '@truce/contract/document'\nexport const world = 1\n",
  'packages/contract/package.json':
    '{ "name": "@truce/contract", "type": "module", "dependencies": { "js-yaml": "1" }, "devDependencies": { "zod": "1" } }\n',
  'packages/contract/src/schema/document.ts': "import 'zod'\nexport type Written = 1\nexport const schema = 1\n",
  'packages/contract/src/document/model.ts':
    "import 'js-yaml'\nimport type { Written } from '../schema/document.js'\nexport type Model = Written\n",
  'packages/contract/src/guards/guards.ts': "import '../document/model.js'\nexport const guards = 1\n",
  'packages/contract/src/graph/graph.ts': "import '../document/model.js'\nexport const graph = 1\n",
  'packages/contract/src/amplification/rows.ts': "import '../graph/graph.js'\nexport const rows = 1\n",
  'packages/contract/src/windows/windows.ts': "import '../graph/graph.js'\nexport const windows = 1\n",
  'packages/contract/src/check/rule.ts':
    "import '../document/model.js'\nimport '../amplification/rows.js'\nimport '../windows/windows.js'\nexport const rule = 1\n",
  'packages/contract/src/diff/diff.ts':
    "import '../check/rule.js'\nimport '../document/model.js'\nexport const diff = 1\n",
  'packages/contract/src/checklist/answers.ts': "import '../check/rule.js'\nexport const answers = 1\n",
  'packages/lab/src/index.ts': 'export const lab = 1\n',
  'packages/contract/src/index.ts': 'export const check = 1\n',
  'packages/cli/package.json': '{ "name": "@truce/cli", "type": "module" }\n',
  'packages/cli/src/print.ts': 'export const print = 1\n',
  'packages/cli/src/commands/check.ts':
    "import '../print.js'\nexport const run = () => import('@truce/contract/document')\n",
}

const contract = '../../contract/src/'
const lab = '../../lab/src/'

/** Rules broken, by the file that breaks them, by the house with these files on top. */
function broken(files: Readonly<Record<string, string>>): Record<string, string[]> {
  const { output } = runPlanted({ ...house, ...files }, 'depcruise', [...args, '--output-type', 'json'])
  const { summary } = JSON.parse(output) as { summary: { violations: { from: string; rule: { name: string } }[] } }
  const rules: Record<string, string[]> = {}
  for (const { from, rule } of summary.violations) (rules[from] ??= []).push(rule.name)
  return rules
}

/** What is planted where below packages/truce/src, and the rule that has to refuse it. */
const violations: [what: string, file: string, code: string, rule: string][] = [
  ['policy/ imports context/', 'policy/bad-1.ts', "import '../context/deadline.js'", 'policy-is-pure'],
  [
    'policy/ imports a type of guard/',
    'policy/bad-2.ts',
    "import type { guard } from '../guard/guard.js'\nexport type G = typeof guard",
    'policy-is-pure',
  ],
  ['policy/ imports Node', 'policy/bad-3.ts', "import 'node:path'", 'policy-is-pure'],
  ['policy/ imports a package', 'policy/bad-4.ts', "import 'yaml'", 'policy-is-pure'],
  ['semantics imports guard/', 'http/semantics/bad-1.ts', "import '../../guard/guard.js'", 'floor-1-http'],
  ['semantics imports the rest of http/', 'http/semantics/bad-2.ts', "import '../index.js'", 'floor-1-http'],
  ['context/ imports guard/', 'context/bad-1.ts', "import '../guard/guard.js'", 'floor-1-context'],
  ['telemetry/ imports guard/', 'telemetry/bad-1.ts', "import '../guard/guard.js'", 'floor-1-telemetry'],
  ['telemetry/ imports context/', 'telemetry/bad-2.ts', "import '../context/deadline.js'", 'floor-1-telemetry'],
  ['options/ imports guard/', 'options/bad-1.ts', "import '../guard/guard.js'", 'floor-1-options'],
  ['profiles/ imports guard/', 'profiles/bad-1.ts', "import '../guard/guard.js'", 'floor-1-profiles'],
  ['profiles/ imports context/', 'profiles/bad-2.ts', "import '../context/deadline.js'", 'floor-1-profiles'],
  ['classifiers/ imports guard/', 'classifiers/bad-1.ts', "import '../guard/guard.js'", 'floor-1-classifiers'],
  ['guard/ imports http/', 'guard/bad-1.ts', "import '../http/index.js'", 'floor-2-guard'],
  ['guard/ imports the index', 'guard/bad-2.ts', "import '../index.js'", 'floor-2-guard'],
  ['server/ imports the engine', 'server/bad-3.ts', "import '../idempotency/engine.js'", 'keys-are-picked'],
  ['server/ imports the door', 'server/bad-5.ts', "import './admission/door.js'", 'admission-is-picked'],
  ['server/ imports what takes keys', 'server/bad-4.ts', "import './idempotency/run.js'", 'keys-are-picked'],
  [
    'server/idempotency/ imports http/',
    'server/idempotency/bad-1.ts',
    "import '../../http/index.js'",
    'floor-4-server-idempotency',
  ],
  ['http/ imports the index', 'http/bad-1.ts', "import '../index.js'", 'floor-3-http'],
  ['guard/ imports testing/', 'guard/bad-3.ts', "import '../testing/index.js'", 'testing-is-for-tests'],
  ['the index imports testing/', 'bad-1.ts', "import './testing/index.js'", 'testing-is-for-tests'],
  ['testing/ imports http/', 'testing/bad-1.ts', "import '../http/index.js'", 'testing-floor'],
  ['undici/ imports http/', 'undici/bad-1.ts', "import '../http/index.js'", 'undici-floor'],
  ['undici/ imports another package', 'undici/bad-2.ts', "import 'yaml'", 'undici-has-one-dependency'],
  ['truce imports @truce/', 'guard/bad-4.ts', "import '@truce/lab'", 'truce-knows-no-other-package'],
  ['truce imports a package', 'guard/bad-5.ts', "import 'yaml'", 'truce-has-no-dependency'],
  ['headers import guard/', 'http/headers/bad-1.ts', "import '../../guard/guard.js'", 'floor-1-headers'],
  ['headers import a package', 'http/headers/bad-2.ts', "import 'yaml'", 'truce-has-no-dependency'],
  [
    'the dictionaries import another package',
    'http/headers/dictionary.ts',
    "import 'structured-headers'\nimport 'yaml'",
    'dictionary-has-one-dependency',
  ],
  ['guard/ imports the headers', 'guard/bad-12.ts', "import '../http/headers/dictionary.js'", 'floor-2-guard'],
  ['peer/ imports guard/', 'peer/bad-1.ts', "import '../guard/guard.js'", 'peer-floor'],
  ['peer/ imports a package', 'peer/bad-2.ts', "import 'yaml'", 'truce-has-no-dependency'],
  [
    'http/ reaches the library of peer/',
    'http/bad-2.ts',
    "import '../peer/index.js'",
    'structured-headers-only-for-peers',
  ],
  ['server/ imports http/', 'server/bad-1.ts', "import '../http/index.js'", 'floor-4-server'],
  ['guard/ imports server/', 'guard/bad-13.ts', "import '../server/visit.js'", 'floor-2-guard'],
  ['the core of server/ imports an adapter', 'server/bad-2.ts', "import './node/drive.js'", 'server-knows-no-adapter'],
  ['an adapter imports another one', 'server/fastify/bad-1.ts', "import '../express/index.js'", 'adapters-are-picked'],
  ['an adapter imports its framework', 'server/fastify/bad-2.ts', "import 'fastify'", 'truce-has-no-dependency'],
  ['an undeclared package', 'guard/bad-6.test.ts', "import 'acorn'", 'declared-dependencies'],
  ['another package by path', 'guard/bad-7.test.ts', "import '../../../lab/src/index.js'", 'packages-by-name'],
  ['a cycle', 'guard/one.ts', "import './two.js'", 'no-circular'],
  ['a test in production', 'guard/bad-9.ts', "import '../policy/backoff.test.js'", 'tests-are-leaves'],
  ['nothing there', 'guard/bad-10.ts', "import './missing.js'", 'resolvable'],
  ['a path into dist', '../../lab/src/bad-1.ts', "import '../../truce/dist/index.js'", 'packages-by-name'],
  [
    'a document reaches its source',
    `${contract}document/bad-1.ts`,
    "import '../schema/document.js'",
    'contract-schema-writes',
  ],
  ['a document loads zod', `${contract}document/bad-2.ts`, "import 'zod'", 'contract-schema-writes'],
  [
    'a document imports guards/',
    `${contract}document/bad-3.ts`,
    "import '../guards/guards.js'",
    'contract-document-floor',
  ],
  ['a document imports truce', `${contract}document/bad-4.ts`, "import 'truce'", 'contract-document-floor'],
  ['guards/ imports the rules', `${contract}guards/bad-1.ts`, "import '../check/rule.js'", 'contract-guards-floor'],
  ['graph/ imports the rules', `${contract}graph/bad-1.ts`, "import '../check/rule.js'", 'contract-graph-floor'],
  [
    'graph/ imports a type of what counts over it',
    `${contract}graph/bad-2.ts`,
    "import type { rows } from '../amplification/rows.js'\nexport type R = typeof rows",
    'contract-graph-floor',
  ],
  [
    'amplification/ imports windows/',
    `${contract}amplification/bad-1.ts`,
    "import '../windows/windows.js'",
    'contract-amplification-floor',
  ],
  [
    'windows/ imports amplification/',
    `${contract}windows/bad-1.ts`,
    "import '../amplification/rows.js'",
    'contract-windows-floor',
  ],
  ['the rules import guards/', `${contract}check/bad-1.ts`, "import '../guards/guards.js'", 'contract-check-floor'],
  ['the rules import diff/', `${contract}check/bad-2.ts`, "import '../diff/diff.js'", 'contract-check-floor'],
  ['the rules import truce', `${contract}check/bad-3.ts`, "import 'truce'", 'contract-check-floor'],
  ['diff/ imports the graph', `${contract}diff/bad-1.ts`, "import '../graph/graph.js'", 'contract-diff-floor'],
  [
    'checklist/ imports guards/',
    `${contract}checklist/bad-1.ts`,
    "import '../guards/guards.js'",
    'contract-checklist-floor',
  ],
  ['a contract imports another package', `${contract}document/bad-5.ts`, "import 'pg'", 'contract-reads-no-clients'],
  ['a package that knows the command line', '../../lab/src/bad-3.ts', "import '@truce/cli'", 'cli-is-on-top'],
  [
    'the contract that knows it by path',
    '../../contract/src/bad-1.ts',
    "import '../../cli/src/print.js'",
    'cli-is-on-top',
  ],
  [
    'a command that loads the contract at once',
    '../../cli/src/commands/bad-1.ts',
    "import '@truce/contract'",
    'commands-start-light',
  ],
  [
    'the command line that loads the guards',
    '../../cli/src/check/bad-2.ts',
    "export const check = () => import('@truce/contract')",
    'cli-loads-no-guards',
  ],
  [
    'the command line that reaches into the contract',
    '../../cli/src/check/bad-1.ts',
    "import '../../../contract/src/index.js'",
    'packages-by-name',
  ],
  ['the lab loads zod', `${lab}scenario/bad-1.ts`, "import 'zod'", 'lab-schema-writes'],
  ['the lab drives the guard', `${lab}model/bad-1.ts`, "import 'truce'", 'lab-decides-nothing'],
  ['the lab builds guards', `${lab}scenario/bad-2.ts`, "import '@truce/contract'", 'lab-reads-documents'],
  ['the engine knows calls', `${lab}engine/bad-1.ts`, "import '../model/world.js'", 'lab-engine-is-plain'],
  ['a strategy drives', `${lab}strategies/bad-1.ts`, "import '../engine/agenda.js'", 'lab-strategies-decide'],
  ['a report simulates', `${lab}report/bad-1.ts`, "import '../model/world.js'", 'lab-report-runs-nothing'],
  ['the simulator knows a storm', `${lab}model/bad-2.ts`, "import '../ladder/table.js'", 'lab-ladder-is-on-top'],
  ['a development dependency', '../../lab/src/bad-2.ts', "import 'fast-check'", 'no-dev-dependency-at-run-time'],
]

describe('architecture', { timeout: 60_000 }, () => {
  test('a house that keeps the rules passes', () => {
    expect(broken({})).toEqual({})
    expect(runPlanted(house, 'depcruise', args)).toMatchObject({ code: 0 })
  })

  test('a violation ends the gate with an error', () => {
    const file = { [`${src}policy/bad.ts`]: "import 'node:path'\n" }
    expect(runPlanted({ ...house, ...file }, 'depcruise', args)).toMatchObject({ code: 1 })
  })

  test('each violation stands in a file of its own: a later one would hide it', () => {
    const files = violations.map(([, file]) => path.posix.join(src, file))
    expect(files).toEqual([...new Set(files)])
  })

  // Planted together, as one run costs a second; each stands in a file of its own.
  const rules = broken({
    ...Object.fromEntries(violations.map(([, file, code]) => [path.posix.join(src, file), `${code}\n`])),
    [`${src}guard/two.ts`]: "import './one.js'\n",
    'packages/truce/dist/index.js': 'export const built = 1\n',
  })

  test.each(violations)('refused: %s', (_what, file, _code, rule) => {
    expect(rules[path.posix.join(src, file)]).toContain(rule)
  })
})
