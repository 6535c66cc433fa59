/**
 * What an import of `truce` adds to a bundle: minified, gzip, `node:` left outside; on the build (`npm run build`).
 *
 * A function that reaches one more module doubles what a browser or a cold start loads, and no test turns
 * red. Each limit is what was measured last and 3 % at most, so that growth is somebody's decision: raise it in the
 * commit that needs it, lower it in the one that wins.
 *
 * Goals: `retry` 4 kB, `dependency` 10 kB, out of reach: their rules alone, without an engine, are 5.4 and 11.9 kB
 * (`npm run bench -- --only gzip`). bench/README.md, "Where the bytes are".
 */
const dist = 'packages/truce/dist'

export default [
  check("import { retry } from 'truce'", 'index.js', '{ retry }', '14.6 kB'),
  check("import { dependency } from 'truce'", 'index.js', '{ dependency }', '39.2 kB'),
  check("import * from 'truce'", 'index.js', '*', '41.2 kB'),
  check("import * from 'truce/http'", 'http/index.js', '*', '16.1 kB'),
  check("import * from 'truce/server'", 'server/index.js', '*', '17.6 kB'),
  // Whoever has no admission has none in the bundle.
  check("import { handle, service } from 'truce/server'", 'server/index.js', '{ handle, service }', '11.8 kB'),
  ...Object.entries({ node: 6.1, express: 6.1, fastify: 6.2, hono: 4.5, nest: 6.3, next: 3.8 }).map(([name, kB]) =>
    check(`import * from 'truce/server/${name}'`, `server/${name}/index.js`, '*', `${kB} kB`),
  ),
  check("import * from 'truce/policy'", 'policy/index.js', '*', '14 kB'),
  check("import * from 'truce/server/idempotency'", 'server/idempotency/index.js', '*', '11.7 kB'),
]

/**
 * @param {string} name
 * @param {string} file
 * @param {string} names
 * @param {string} limit
 */
function check(name, file, names, limit) {
  return {
    name,
    path: `${dist}/${file}`,
    import: names,
    limit,
    gzip: true,
    // As bench/src/measure/gzip.ts bundles: the figures of both are to agree.
    modifyEsbuildConfig: (/** @type {object} */ config) => ({
      ...config,
      format: 'esm',
      target: 'es2022',
      platform: 'neutral',
      external: ['node:*'],
    }),
  }
}
