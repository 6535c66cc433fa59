import { defineConfig } from 'vitest/config'

/** The tests that mutation runs: those of policy/ alone, with a fixed seed, so that a score can be repeated. */
export default defineConfig({
  test: {
    include: ['packages/truce/src/policy/**/*.test.ts'],
    setupFiles: ['scripts/mutation/seed.ts'],
  },
})
