import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import whole from '../../vitest.config.js'
import { patterns } from './needed.mjs'

/**
 * vitest.config.ts without the tests that need a server or a browser.
 *
 * Not `vitest --exclude`: a project that has a list of its own does not hear of it, and would run them.
 */
export default defineConfig({
  ...whole,
  test: { ...whole.test, projects: whole.test?.projects?.map((project) => without(project as Project)) ?? [] },
})

type Project = TestProjectInlineConfiguration

function without({ test, ...project }: Project): Project {
  return { ...project, test: { ...test, exclude: [...(test?.exclude ?? configDefaults.exclude), ...patterns()] } }
}
