/**
 * What an import of `truce` adds to a bundle: minified, gzip, `node:` left outside; on the build (`npm run build`).
 *
 * A function that reaches one more module doubles what a browser or a cold start loads, and no test turns
 * red. Each limit is what was measured last plus 3 %, so that growth is somebody's decision: raise it in the commit
 * that needs it, lower it in the one that wins.
 *
 * Goals: `retry` 4 kB, `dependency` 10 kB, out of reach: the engine alone is 14 kB, and `dependency()` takes any option
 * by its name, so that whatever an option may ask for is reached from there. bench/README.md, "Where the bytes are".
 */
const dist = 'packages/truce/dist'

export default [
  check("import { retry } from 'truce'", 'index.js', '{ retry }', '22.2 kB'),
  check("import { dependency } from 'truce'", 'index.js', '{ dependency }', '35.8 kB'),
  check("import * from 'truce'", 'index.js', '*', '36.6 kB'),
  check("import * from 'truce/http'", 'http/index.js', '*', '15.2 kB'),
  check("import * from 'truce/server'", 'server/index.js', '*', '10.7 kB'),
  ...Object.entries({ node: 5.3, express: 5.3, fastify: 5.4, hono: 4, nest: 5.6, next: 3.5 }).map(([name, kB]) =>
    check(`import * from 'truce/server/${name}'`, `server/${name}/index.js`, '*', `${kB} kB`),
  ),
  check("import * from 'truce/policy'", 'policy/index.js', '*', '7.8 kB'),
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
