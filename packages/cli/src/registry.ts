/**
 * Registry: the commands that are there, each loaded only when it is asked for.
 *
 * @module
 */
import { readdirSync } from 'node:fs'
import type { Command } from './command.js'

const folder = new URL('commands/', import.meta.url)

/** Sources under test, JavaScript when built. */
const COMMAND = /^([a-z-]+)[.](?:ts|js)$/

/** Names of all commands, sorted. */
export const commandNames = (): readonly string[] =>
  readdirSync(folder)
    .flatMap((file) => COMMAND.exec(file)?.[1] ?? [])
    .toSorted()

/** @param name one of `commandNames()` */
export async function loadCommand(name: string): Promise<Command> {
  const { command } = (await import(new URL(`${name}.js`, folder).href)) as { command: Command }
  return command
}
