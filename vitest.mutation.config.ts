import { defineConfig } from 'vitest/config'

/** The tests that mutation runs: those of policy/ alone, with a fixed seed, so that a score can be repeated. */
export default defineConfig({
  test: {
    include: ['packages/truce/src/policy/**/*.test.ts'],
    setupFiles: ['scripts/mutation/seed.ts'],
    // On a busy machine a slow test is no dead mutant: what never ends has Stryker's own clock.
    testTimeout: 60_000,
  },
})
