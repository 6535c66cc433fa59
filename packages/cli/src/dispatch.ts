/**
 * Dispatch: finds the command, reads its arguments, runs it.
 *
 * @module
 */
import { Command, CommanderError } from 'commander'
import { HOLDS, UNUSABLE, type Command as Ours } from './command.js'
import { unusable } from './failure.js'
import { commandNames, loadCommand } from './registry.js'
import type { Surroundings } from './surroundings.js'
import { truceVersion } from './version.js'

const HELP = ['--help', '-h', 'help']
const VERSION = ['--version', '-V']

/** @returns the exit code @throws UnusableError */
export async function dispatch(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const [first, ...rest] = argv
  const names = commandNames()
  if (first !== undefined && VERSION.includes(first)) {
    surroundings.stdout.write(`${truceVersion()}\n`)
    return HOLDS
  }
  if (first === undefined || HELP.includes(first)) {
    const [about] = rest
    if (about !== undefined && names.includes(about)) return dispatch([about, '--help'], surroundings)
    ;(first === undefined ? surroundings.stderr : surroundings.stdout).write(await overview(names))
    return first === undefined ? UNUSABLE : HOLDS
  }
  if (!names.includes(first)) throw await unknown(first, names)
  return perform(first, await loadCommand(first), { rest, surroundings })
}

async function unknown(word: string, names: readonly string[]) {
  const { nearest } = await import('@truce/contract/document')
  const kind = word.startsWith('-') ? 'option' : 'command'
  const near = nearest(word, names)
  const fix = near === undefined ? `Known are ${names.join(', ')}` : `Did you mean truce ${near}`
  return unusable(`There is no ${kind} ${JSON.stringify(word)}`, near === undefined ? fix : `${fix}? See truce --help`)
}

async function overview(names: readonly string[]): Promise<string> {
  const width = Math.max(...names.map((name) => name.length))
  const commands = await Promise.all(names.map(async (name) => ({ name, command: await loadCommand(name) })))
  return [
    'truce: the retry contract between services, checked, compared and questioned.',
    '',
    'Usage: truce COMMAND [ARGUMENTS]',
    '',
    ...commands.map(({ name, command }) => `  ${name.padEnd(width)}  ${command.summary}`),
    '',
    'Examples:',
    ...commands.flatMap(({ command }) => command.examples.slice(0, 1).map(({ line }) => `  ${line}`)),
    '',
    'truce COMMAND --help says more. Exit codes: 0 holds, 1 does not hold, 2 unusable input or usage.',
    '',
  ].join('\n')
}

interface Call {
  readonly rest: readonly string[]
  readonly surroundings: Surroundings
}

async function perform(name: string, command: Ours, { rest, surroundings }: Call): Promise<number> {
  let code: Promise<number> | undefined
  const declared = new Command(`truce ${name}`)
  declared.description(sentence(command.summary)).exitOverride().helpOption('-h, --help', 'this text')
  declared.configureOutput({ writeOut: (text) => void surroundings.stdout.write(text), writeErr: () => undefined })
  command.declare(declared)
  declared.option('--json', 'one JSON object on stdout, and nothing else')
  declared.addHelpText('after', () => examplesOf(command))
  declared.action(() => {
    code = command.run({ args: declared.args, options: declared.opts() }, surroundings)
  })
  try {
    declared.parse([...rest], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return HOLDS
    throw misused(name, error)
  }
  return (await code) ?? HOLDS
}

const sentence = (summary: string) => `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`

const examplesOf = ({ examples }: Ours) =>
  `\nExamples:\n${examples.map(({ does, line }) => `  # ${does}\n  ${line}`).join('\n')}`

function misused(name: string, error: CommanderError) {
  const [first = '', hint] = error.message.replace(/^error: /, '').split('\n')
  const [, near] = /Did you mean (.+)\?/.exec(hint ?? '') ?? []
  const fix = near === undefined ? `See truce ${name} --help` : `Did you mean ${near}? See truce ${name} --help`
  return unusable(`${first.charAt(0).toUpperCase()}${first.slice(1)}`, fix, { cause: error })
}
