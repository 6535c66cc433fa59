/**
 * Mutation: is every decision of policy/ held by a test?
 *
 * Coverage says that a line ran, not that anybody looked at what came of it: a budget that charges one
 * retry too few runs every line. Here each line is changed in small ways, and a change that no test
 * notices is a survivor. Those that change nothing a caller can see stand in
 * packages/truce/src/policy/MUTATION.md with the reason.
 */
export default {
  testRunner: 'vitest',
  // All tests of policy/, whatever is mutated: scripts/mutation/run.mjs looks whether each file took part.
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  plugins: ['@stryker-mutator/vitest-runner'],
  mutate: ['packages/truce/src/policy/**/*.ts', '!**/*.test.ts'],
  // The sandbox is the package's source and tests, whatever a test of policy/ needs of them, and its configuration;
  // node_modules is linked, not copied.
  ignorePatterns: [
    '**',
    '!packages/truce/src/**',
    '!packages/truce/test/**',
    '!scripts/mutation/**',
    '!vitest.mutation.config.ts',
  ],
  tempDirName: 'out/mutation/sandbox',
  reporters: ['clear-text', 'progress', 'json', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'out/mutation/report.json' },
  htmlReporter: { fileName: 'out/mutation/report.html' },
  thresholds: { high: 100, low: 95, break: 95 },
  concurrency: 2,
  // A mutant that never ends is killed by its clock: no test of policy/ takes a second.
  timeoutMS: 10_000,
  allowEmpty: false,
}
