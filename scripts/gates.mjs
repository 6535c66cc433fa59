/**
 * What has to hold before the tests are worth running, in order of what is cheapest to put right.
 *
 * @module
 */
const architecture = ['packages', 'examples', 'scripts', '--config', '.dependency-cruiser.mjs']

/** @type {readonly { title: string, repeat: string, command: string, args: readonly string[] }[]} */
export const GATES = [
  gate('format', 'npm run format:check  (npm run format puts it right)', 'prettier', [
    '--check',
    '--log-level',
    'warn',
    '.',
  ]),
  gate('lint', 'npm run lint', 'oxlint', ['--deny-warnings']),
  gate('purity of policy/', 'npm run purity', 'node', ['scripts/policy-purity.mjs']),
  gate('architecture', 'npm run architecture', 'depcruise', architecture),
  gate('types', 'npm run typecheck', 'tsc', ['-p', 'tsconfig.check.json']),
  ...['packages/truce', 'packages/contract', 'packages/lab'].flatMap((folder) => [
    gate(`publint of ${folder}`, 'npm run package:publint', 'publint', [folder, '--strict']),
    gate(`exports of ${folder}`, 'npm run package:exports', 'attw', ['--pack', folder, '--profile', 'esm-only']),
  ]),
  gate('publint of packages/cli', 'npm run package:publint', 'publint', ['packages/cli', '--strict']),
  gate('package: size', 'npm run size', 'size-limit', []),
  gate('package: unused code', 'npm run unused', 'knip', []),
]

/**
 * @param {string} title
 * @param {string} repeat
 * @param {string} command
 * @param {readonly string[]} args
 */
function gate(title, repeat, command, args) {
  return { title, repeat, command, args }
}
