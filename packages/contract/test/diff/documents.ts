/**
 * Documents for the tests of `diff`: one line of YAML in an otherwise plain document.
 *
 * @module
 */
import { type Contract, parseDocument } from '../../src/index.js'

/** @throws Error with the problems of the text, where it is no contract */
export function contractOf(text: string): Contract {
  const { contract, problems } = parseDocument(text, 'truce.yaml')
  if (!contract) throw new Error(problems.map(({ message, fix }) => `${message}: ${fix}`).join('\n'))
  return contract
}

/** What a line of YAML stands in. */
export type Place = 'top' | 'served' | 'depended' | 'operation'

/** What stands there anyway, but for members that the line has itself. */
const PLAIN: Readonly<Record<Place, Readonly<Record<string, string>>>> = {
  top: { service: 'order' },
  served: { effect: 'write', calls: '{ stock.reserve: 1 }' },
  depended: { operations: '{ reserve: { effect: write } }' },
  operation: { effect: 'write' },
}

/** A document with `line` (flow style, `''`: nothing) in one place of it. */
export function documentWith(place: Place, line: string): string {
  const membersOf = (here: Place, more: Readonly<Record<string, string>> = {}) => {
    const given = place === here ? line : ''
    const plain = Object.entries({ ...PLAIN[here], ...more }).filter(([name]) => !given.startsWith(`${name}:`))
    return [...plain.map(([name, value]) => `${name}: ${value}`), given].filter(Boolean).join(', ')
  }
  const operations = `{ reserve: { ${membersOf('operation')} } }`
  return `{ truce: 1, ${membersOf('top')},
    serves: { place: { ${membersOf('served')} } },
    depends: { stock: { ${membersOf('depended', { operations })} } } }`
}
