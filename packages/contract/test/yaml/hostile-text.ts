/**
 * Hostile text: contracts with pieces of YAML put in, taken out and doubled, until some are none any more.
 *
 * @module
 */
import fc from 'fast-check'

/** What YAML gives a meaning to, and what other readers of it read otherwise. */
const PIECES = [
  'a', 'b', 'truce', 'effect', 'true', 'True', 'yes', 'NO', 'null', 'Null', '~', '.inf', '-.INF', '.nan', '0o17', '017',
  '0x1F', '0b11', '1_000', '1e3', '1.', '.5', '+1', '-0', '1:30', '2026-11-30', '2026-11-30T10:00:00Z', '99999999999999999999',
  '1e400', '=', '<<', '*a', '&a ', '&b ', '*b', '!t ', '!!str ', '! ', "'", '"', "''", '\\n', '\\x41', '\\u00e9', '\\', '|', '>',
  '|-', ': ', ':', '? ', '- ', '-', ', ', ',', '[', ']', '{', '}', ' #', '# ', '#', '\n', '\n  ', '\n    ', '\n- ',
  '\r\n', '\r', '\t', ' ', '  ', '\n---\n', '\n...\n', '%YAML 1.2\n---\n', '%YAML 1.1\n---\n', '\u00a0', '\u0085', '\u2028',
  '\u2029', '\ufeff', 'é', '😀', '@', '`', '%', '&', '*', '!', '<<: ', '<<: *a', '&a {b: 1}', 'a: ', 'b: 1\n', '__proto__: ',
] // prettier-ignore

const DOCUMENTS = [
  'truce: 1\nservice: a\n',
  'a: &a { b: 1, c: [x, y] }\nd: *a\ne: { <<: *a, b: 2 }\nf:\n  <<: [*a, { z: 1 }]\n',
  "a:\n  - b: 1\n    c: \"x\\ty\"\n  - 'it''s'\n  - |\n    text\n    more\n  - >-\n    folded\n    text\n",
  '{ "a": [1, 2.5, true, null, "x"], "b": { "c": {} } }',
  'a: plain text\n  over lines\nb: [a, b: c, ? d]\n? e\n: f\n',
  '# comment\na: 1 # one\n\nb:\n- c\n- d:\n    e: f\n',
]

type Edit = { readonly at: number; readonly drop: number; readonly piece: string }

const edited = (text: string, edits: readonly Edit[]): string =>
  edits.reduce((now, { at, drop, piece }) => {
    const from = at % (now.length + 1)
    return now.slice(0, from) + piece + now.slice(from + drop)
  }, text)

const edit = fc.record({
  at: fc.nat(1_000),
  drop: fc.integer({ min: 0, max: 3 }),
  piece: fc.constantFrom('', ...PIECES),
})

export const hostileTexts: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(fc.constantFrom(...DOCUMENTS), fc.array(edit, { maxLength: 4 })).map(([text, edits]) => edited(text, edits)),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12, size: 'max' }).map((pieces) => pieces.join('')),
)
