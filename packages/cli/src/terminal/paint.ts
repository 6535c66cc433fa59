/**
 * Paint: colours where a person looks on, plain text everywhere else.
 *
 * @module
 */
import { styleText } from 'node:util'
import type { Output } from '../surroundings.js'

export type Colour = 'red' | 'yellow' | 'green' | 'cyan' | 'dim' | 'bold'

export type Paint = (colour: Colour, text: string) => string

/**
 * `FORCE_COLOR` is stronger than `NO_COLOR`, as in Node itself; without either a terminal gets colours.
 *
 * @see https://no-color.org
 */
export function paintOn(output: Output, env: Readonly<Record<string, string | undefined>>): Paint {
  if (!coloured(output, env)) return (_, text) => text
  return (colour, text) => styleText(colour, text, { validateStream: false })
}

function coloured({ isTTY }: Output, env: Readonly<Record<string, string | undefined>>): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env
  if (force !== undefined) return force !== '0' && force !== 'false'
  return isTTY === true && !no && term !== 'dumb'
}
