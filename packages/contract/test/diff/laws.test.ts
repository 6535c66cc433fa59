import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Contract, diff, parseDocument } from '../../src/index.js'
import { leavesOf } from './leaves.js'
import { randomDocument } from './random-document.js'

const contract = (text: string): Contract => {
  const parsed = parseDocument(text, 'truce.yaml')
  fc.pre(parsed.contract !== undefined)
  return parsed.contract as Contract
}

const named = (from: Contract, to: Contract): readonly string[] => {
  const { breaking, compatible } = diff(from, to)
  return [...breaking, ...compatible].map(({ at }) => at)
}

test('nothing changed between a document and itself', { timeout: 30_000 }, () => {
  fc.assert(
    fc.property(randomDocument, (text) => {
      expect(diff(contract(text), contract(text))).toEqual({ breaking: [], compatible: [], versionRaised: false })
    }),
  )
})

test(
  'every changed field is named once, by itself or with the part that came or went, and nothing else is',
  { timeout: 30_000 },
  () => {
    fc.assert(
      fc.property(randomDocument, randomDocument, (before, after) => {
        const [from, to] = [contract(before), contract(after)]
        const [was, is] = [leavesOf(from), leavesOf(to)]
        const changed = [...new Set([...was.keys(), ...is.keys()])].filter((at) => was.get(at) !== is.get(at))
        const all = named(from, to)
        expect(new Set(all).size).toBe(all.length)
        const above = (part: string, at: string) => at === part || at.startsWith(`${part}.`)
        // A part whose kind changed is named as a whole, what is in it is not.
        expect(changed.filter((at) => !all.some((part) => above(part, at) || above(at, part)))).toEqual([])
        expect(all.filter((part) => !changed.some((at) => above(part, at) || above(at, part)))).toEqual([])
      }),
      { numRuns: 200 },
    )
  },
)

test('a change and its reverse name the same fields', { timeout: 30_000 }, () => {
  fc.assert(
    fc.property(randomDocument, randomDocument, (before, after) => {
      const [from, to] = [contract(before), contract(after)]
      expect(named(from, to).toSorted()).toEqual(named(to, from).toSorted())
    }),
  )
})
