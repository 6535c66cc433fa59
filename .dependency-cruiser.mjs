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
const sqliteByPath = `${src}idempotency/stores/sqlite/open[.]ts$`
const server = 'server/'
/** Each framework's adapter stands in a folder of its own; those on node:http share the driver of `node/`. */
const adapters = ['express', 'fastify', 'hono', 'nest', 'next', 'node']
const floorOne = [semantics, context, telemetry]

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
    floor('undici-floor', undici, [undici, guard], 'undici/ imports guard/ and itself: http/ takes any dispatcher.'),
    floor('peer-floor', 'peer/', ['peer/', headers, context], 'peer/ imports http/headers/ and context/ only.'),
    floor('floor-2-guard', guard, [guard, ...floorOne, policy], 'guard/ does not know http/, testing/ or the index.'),
    floor(
      'floor-3-http',
      `http/(?!semantics(/|[.]ts$)|headers/)`,
      ['http/', guard, ...floorOne, policy],
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
    {
      name: 'server-knows-no-adapter',
      comment: 'The core of server/ knows no framework, and no keys: both come to it by its ports.',
      severity: 'error',
      from: { path: `${src}${server}[^/]+[.]ts$`, pathNot: tests },
      to: { path: [`${src}${server}[^/]+/`, `${src}${idempotency}`] },
    },
    {
      name: 'adapters-are-picked',
      comment: 'An adapter imports the core, itself and the driver of node/: no other framework comes along.',
      severity: 'error',
      from: { path: `${src}${server}(${adapters.join('|')})/`, pathNot: tests },
      to: { path: [`${src}${server}[^/]+/`, `${src}${idempotency}`], pathNot: `${src}${server}($1|node)/` },
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
      to: { path: ['^@truce/', '(^|/)node_modules/@truce/', '^packages/(?!truce/)', '^examples/'] },
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
      from: { path: '^(packages|examples)/[^/]+/src/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
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
