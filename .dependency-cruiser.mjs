/**
 * The floors of the house, checked: a file imports only its own floor's folder and the floors below.
 *
 * Without this check the first "just this once" import makes policy/ need a clock, or drags a broker's
 * client into every service that wanted a retry. Every rule is proven to fail in scripts/architecture.test.ts.
 *
 * @see CONTRIBUTING.md, "How the floors work"
 */
const src = '^packages/truce/src/'
const tests = '[.]test(-d)?[.]ts$'
const npm = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown']

/**
 * Production files below `path` import, of `truce`'s own sources, only those below one of `allowed`.
 *
 * @param {string} name
 * @param {string} path
 * @param {readonly string[]} allowed
 * @param {string} comment
 */
const floor = (name, path, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `${src}${path}`, pathNot: tests },
  to: { path: src, pathNot: [...allowed.map((below) => `${src}${below}`), tests] },
})

const policy = 'policy/'
const semantics = 'http/semantics(/|[.]ts$)'
const headers = 'http/headers/'
const context = 'context/'
const telemetry = 'telemetry/'
const guard = 'guard/'
const classifiers = 'classifiers/'
const dictionary = `${src}${headers}dictionary[.]ts$`
const structuredHeaders = '(^|/)structured-headers(/|$)'
const undici = 'undici/'
const idempotency = 'idempotency/'
const server = 'server/'
const serverIdempotency = 'server/idempotency/'
const sqliteByPath = `${src}idempotency/stores/sqlite/open[.]ts$`
const options = 'options/'
const profiles = 'profiles/'
/** Each framework's adapter stands in a folder of its own; those on node:http share the driver of `node/`. */
const adapters = ['express', 'fastify', 'hono', 'nest', 'next', 'node']
const floorOne = [semantics, context, telemetry, options]
const contractSchema = '^packages/contract/src/schema/'
const labSchema = '^packages/lab/src/schema/'

/**
 * Production files of a folder of the contract import, of the contract's own, only it and those below it, types
 * included; and of `truce` the policies.
 *
 * @param {string} folder
 * @param {readonly string[]} allowed
 * @param {string} comment
 */
const contractFloor = (folder, allowed, comment) => ({
  name: `contract-${folder}-floor`,
  comment,
  severity: 'error',
  from: { path: `^packages/contract/src/${folder}/`, pathNot: tests },
  to: {
    path: ['^packages/', '(^|/)packages/truce/', '(^|/)node_modules/truce/'],
    pathNot: [`^packages/contract/src/(${[folder, ...allowed].join('|')})/`, '/truce/(dist|src)/policy/', tests],
  },
})

export default {
  forbidden: [
    {
      name: 'policy-is-pure',
      comment: 'Floor 0: policy/ imports nothing of ours outside policy/, nothing of Node and nothing from npm.',
      severity: 'error',
      from: { path: `${src}${policy}`, pathNot: tests },
      to: { pathNot: `${src}${policy}` },
    },
    ...floorOne.map((path) =>
      floor(`floor-1-${path.split('/', 1).join('')}`, path, [path, policy], 'Floor 1 imports itself and policy/ only.'),
    ),
    floor(
      'floor-1-classifiers',
      classifiers,
      [classifiers, semantics, policy],
      'classifiers/ imports policy/, http/semantics/ and itself: of a client it knows the shape only.',
    ),
    floor(
      'floor-1-headers',
      headers,
      [headers, semantics, context, policy],
      'http/headers/ imports policy/, http/semantics/, context/ and itself.',
    ),
    floor(
      'floor-1-profiles',
      profiles,
      [profiles, semantics, options, policy],
      'profiles/ imports policy/, http/semantics/, options/ and itself: what APIs do, without a guard.',
    ),
    floor(
      'undici-floor',
      undici,
      [undici, guard, options],
      'undici/ imports guard/ and itself: http/ takes any dispatcher.',
    ),
    floor('peer-floor', 'peer/', ['peer/', headers, context], 'peer/ imports http/headers/ and context/ only.'),
    floor(
      'floor-2-guard',
      guard,
      [guard, profiles, ...floorOne, policy],
      'guard/ does not know http/, testing/ or the index.',
    ),
    floor(
      'floor-3-http',
      `http/(?!semantics(/|[.]ts$)|headers/)`,
      ['http/', guard, profiles, ...floorOne, policy],
      'http/ does not know testing/ or the index.',
    ),
    floor(
      'floor-3-idempotency',
      idempotency,
      [idempotency, guard, ...floorOne, policy],
      'idempotency/ does not know http/ beyond what answers mean, testing/ or the index.',
    ),
    floor(
      'floor-4-server',
      server,
      [server, guard, ...floorOne, policy, 'idempotency/'],
      'server/ does not know http/ beyond what answers mean, testing/ or the index.',
    ),
    floor(
      'floor-4-server-idempotency',
      serverIdempotency,
      [server, idempotency, guard, ...floorOne, policy],
      'server/idempotency/ stands on server/ and idempotency/; it does not know http/ beyond what answers mean.',
    ),
    {
      name: 'keys-are-picked',
      comment:
        'A service that takes no keys loads no engine: server/ knows the port, server/feature, and nothing behind it.',
      severity: 'error',
      from: { path: `${src}${server}`, pathNot: [tests, `${src}${serverIdempotency}`] },
      to: { path: [`${src}${serverIdempotency}`, `${src}${idempotency}`] },
    },
    {
      name: 'admission-is-picked',
      comment: 'A service that takes on whatever comes has no door: server/ knows the port, server/admission-port.',
      severity: 'error',
      from: {
        path: `${src}${server}`,
        pathNot: [tests, `${src}${server}admission/`, `${src}${server}index[.]ts$`],
      },
      to: { path: [`${src}${server}admission/`, `${src}${policy}admission/`] },
    },
    {
      name: 'server-knows-no-adapter',
      comment: 'The core of server/ knows no framework: each comes to it by its port.',
      severity: 'error',
      from: { path: `${src}${server}[^/]+[.]ts$`, pathNot: tests },
      to: { path: `${src}${server}(${adapters.join('|')})/` },
    },
    {
      name: 'adapters-are-picked',
      comment: 'An adapter imports the core, itself and the driver of node/: no other framework comes along.',
      severity: 'error',
      from: { path: `${src}${server}(${adapters.join('|')})/`, pathNot: tests },
      to: { path: `${src}${server}(${adapters.join('|')})/`, pathNot: `${src}${server}($1|node)/` },
    },
    {
      name: 'stores-are-picked',
      comment: 'A store is imported only by whoever picks it: the engine knows the port, and memory for a start.',
      severity: 'error',
      from: { path: `${src}idempotency/`, pathNot: [tests, `${src}idempotency/stores/`] },
      to: { path: `${src}idempotency/stores/`, pathNot: `${src}idempotency/stores/memory[.]ts$` },
    },
    floor(
      'testing-floor',
      'testing/',
      ['testing/', policy, guard, telemetry],
      'testing/ may import policy/, guard/ and telemetry/.',
    ),
    {
      name: 'testing-is-for-tests',
      comment: 'Virtual clocks and scripted dependencies never reach a running service.',
      severity: 'error',
      from: { path: src, pathNot: [tests, `${src}testing/`] },
      to: { path: `${src}testing/` },
    },
    {
      name: 'truce-knows-no-other-package',
      comment: 'What runs inside a service never imports the contract, the lab or any other package of ours.',
      severity: 'error',
      from: { path: '^packages/truce/' },
      to: {
        path: [
          '^@truce/',
          '(^|/)node_modules/@truce/',
          '(^|/)packages/(contract|lab|cli)/',
          '^packages/(?!truce/)',
          '^examples/',
        ],
      },
    },
    {
      name: 'truce-has-no-dependency',
      comment: 'packages/truce/src imports nothing from npm: a service that adds truce adds nothing else.',
      severity: 'error',
      from: { path: src, pathNot: [tests, dictionary, `${src}${undici}`, sqliteByPath] },
      to: { dependencyTypes: npm },
    },
    {
      name: 'sqlite-has-one-dependency',
      comment: 'Given a path, the SQLite store opens it with libsql where Node has no SQLite: an optional peer.',
      severity: 'error',
      from: { path: sqliteByPath },
      to: { dependencyTypes: npm, pathNot: '(^|/)node_modules/libsql/' },
    },
    {
      name: 'undici-has-one-dependency',
      comment: 'The agent of truce/undici is made of undici, an optional peer dependency.',
      severity: 'error',
      from: { path: `${src}${undici}`, pathNot: tests },
      to: { dependencyTypes: npm, pathNot: '(^|/)node_modules/undici/' },
    },
    {
      name: 'dictionary-has-one-dependency',
      comment: 'The dictionaries of truce/peer are read by structured-headers, an optional peer dependency.',
      severity: 'error',
      from: { path: dictionary },
      to: { dependencyTypes: npm, pathNot: structuredHeaders },
    },
    {
      name: 'structured-headers-only-for-peers',
      comment: 'Of what a service can import only truce/peer needs the library: all else works without it installed.',
      severity: 'error',
      from: {
        path: src,
        pathNot: [
          tests,
          `${src}peer/`,
          `${src}${headers}(dictionary|canonical-context|retry-context|retry-pushback)[.]ts$`,
        ],
      },
      to: { path: structuredHeaders, reachable: true },
    },
    {
      name: 'contract-schema-writes',
      comment: 'What runs reads the written schema: the library that writes it costs more to load than a whole check.',
      severity: 'error',
      from: { path: '^packages/contract/src/', pathNot: [tests, contractSchema] },
      to: { path: [contractSchema, '(^|/)node_modules/zod/'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'contract-document-floor',
      comment: 'A document is read without the guards that are built from it: of truce it knows the policies.',
      severity: 'error',
      from: { path: '^packages/contract/src/document/', pathNot: tests },
      to: {
        path: ['^packages/', '(^|/)packages/truce/', '(^|/)node_modules/truce/'],
        pathNot: ['^packages/contract/src/(document|schema)/', '/truce/(dist|src)/policy/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'contract-guards-floor',
      comment: 'guards/ knows documents and truce, not the rules that judge them.',
      severity: 'error',
      from: { path: '^packages/contract/src/guards/', pathNot: tests },
      to: { path: '^packages/contract/src/', pathNot: '^packages/contract/src/(guards|document)/' },
    },
    contractFloor('graph', ['document'], 'graph/ knows documents: who calls whom, before anybody judges it.'),
    contractFloor(
      'amplification',
      ['graph', 'document'],
      'amplification/ counts attempts over the graph, and knows neither windows nor rules.',
    ),
    contractFloor(
      'windows',
      ['graph', 'document'],
      'windows/ follows keys over the graph, and knows neither attempts nor rules.',
    ),
    contractFloor(
      'check',
      ['amplification', 'windows', 'graph', 'document'],
      'check/ judges what the floors below found; it knows no guard, and diff only as a function that is handed in.',
    ),
    contractFloor('diff', ['check', 'document'], 'diff/ compares two documents, without a graph.'),
    contractFloor(
      'checklist',
      ['check', 'amplification', 'windows', 'graph', 'document'],
      'checklist/ asks the floors below, and builds nothing from the answers.',
    ),
    {
      name: 'contract-reads-no-clients',
      comment: 'The document needs a YAML parser and a matcher of globs, and nothing else from npm.',
      severity: 'error',
      from: { path: '^packages/contract/src/', pathNot: [tests, contractSchema] },
      to: {
        dependencyTypes: npm,
        dependencyTypesNot: ['type-only'],
        pathNot: [
          '(^|/)node_modules/(js-yaml|picomatch|@types/picomatch)/',
          '^packages/truce/',
          '(^|/)node_modules/truce/',
        ],
      },
    },
    {
      name: 'lab-schema-writes',
      comment: 'What runs reads the written schema, as with the contract.',
      severity: 'error',
      from: { path: '^packages/lab/src/', pathNot: [tests, labSchema] },
      to: { path: [labSchema, '(^|/)node_modules/zod/'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'lab-decides-nothing',
      comment:
        'What the lab finds out holds for services only if the policies that ship decide: of truce it knows them alone.',
      severity: 'error',
      from: { path: '^packages/lab/src/', pathNot: tests },
      to: {
        path: ['(^|/)packages/truce/', '(^|/)node_modules/truce/'],
        pathNot: '/truce/(dist|src)/policy/',
      },
    },
    {
      name: 'lab-reads-documents',
      comment: 'Of the contract the lab knows how documents are read.',
      severity: 'error',
      from: { path: '^packages/lab/src/', pathNot: tests },
      to: {
        path: ['(^|/)packages/contract/', '(^|/)node_modules/@truce/contract/'],
        pathNot: '/contract/(dist|src)/document/',
      },
    },
    {
      name: 'lab-engine-is-plain',
      comment: 'engine/ knows neither calls nor policies: times, turns and numbers.',
      severity: 'error',
      from: { path: '^packages/lab/src/engine/', pathNot: tests },
      to: { path: '^packages/lab/src/', pathNot: '^packages/lab/src/(engine/|scenario/model[.]ts$)' },
    },
    {
      name: 'lab-strategies-decide',
      comment: 'strategies/ answers the driver and drives nothing: no agenda, no queue, no server.',
      severity: 'error',
      from: { path: '^packages/lab/src/strategies/', pathNot: tests },
      to: { path: '^packages/lab/src/', pathNot: '^packages/lab/src/(strategies/|scenario/model[.]ts$)' },
    },
    {
      name: 'lab-report-runs-nothing',
      comment: 'report/ draws results and series, whoever made them: it knows no simulator.',
      severity: 'error',
      from: { path: '^packages/lab/src/report/', pathNot: tests },
      to: { path: '^packages/lab/src/', pathNot: '^packages/lab/src/(report/|measure/|scenario/model[.]ts$)' },
    },
    {
      name: 'lab-ladder-is-on-top',
      comment: 'What simulates a scenario knows nothing of those that come with the lab.',
      severity: 'error',
      from: { path: '^packages/lab/src/', pathNot: [tests, '^packages/lab/src/ladder/'] },
      to: { path: '^packages/lab/src/ladder/' },
    },
    {
      name: 'cli-is-on-top',
      comment: 'The command line calls the packages; none of them knows it.',
      severity: 'error',
      from: { path: '^(packages/(?!cli/)|examples/|bench/|torture/)' },
      to: { path: ['^@truce/cli', '(^|/)node_modules/@truce/cli/', '^packages/cli/'] },
    },
    {
      name: 'commands-start-light',
      comment: 'A command that loads the contract before it works costs every other one its start.',
      severity: 'error',
      from: { path: '^packages/cli/src/(commands/|[^/]+[.]ts$)', pathNot: tests },
      to: {
        path: '(^|/)packages/(contract|lab)/',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'cli-loads-no-guards',
      comment: 'A command reads documents: the engine that guards calls is a third of its start.',
      severity: 'error',
      from: { path: '^packages/cli/src/', pathNot: tests },
      to: { path: '(^|/)packages/contract/(src|dist)/(index|guards/.*)[.](ts|js|d[.]ts)$' },
    },
    {
      name: 'packages-by-name',
      comment: 'Another package is imported by its name: a relative path into it goes round its exports.',
      severity: 'error',
      from: { path: '^(packages|examples)/([^/]+)/' },
      to: {
        path: '^(packages|examples)/',
        pathNot: '^$1/$2/',
        dependencyTypes: ['local'],
        dependencyTypesNot: ['aliased-workspace'],
      },
    },
    { name: 'no-circular', comment: 'A cycle has no floor.', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'tests-are-leaves',
      comment: 'Production code never imports a test.',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'declared-dependencies',
      comment: 'Every npm package imported is declared in a package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-dependency-at-run-time',
      comment: 'A devDependency is not there where the package is installed.',
      severity: 'error',
      from: { path: '^(packages|examples)/[^/]+/src/', pathNot: [tests, contractSchema, labSchema] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer', 'npm'] },
    },
    {
      name: 'resolvable',
      comment: 'What cannot be found cannot be checked.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.d.ts', '.mjs', '.js', '.json'],
    },
  },
}
