/**
 * docs/rules.md and docs/rules/: a page for each rule of `truce check`, from the rules themselves.
 *
 * A page that is written by hand explains the rule of last year. `npm run contract:rules` writes them: examples are
 * those that the tests run, messages those that the check gives for them. A test says when one is old.
 *
 * @module
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import prettier from 'prettier'
import { check, parseDocument, RULES } from '@truce/contract'

const root = fileURLToPath(new URL('../..', import.meta.url))
const HERE = '<!-- npm run contract:rules -->'

/** @typedef {import('@truce/contract').Rule} Rule */
/** @typedef {import('@truce/contract').Example} Example */

/** Every page as it should be, by its path from the root. @returns {Promise<Map<string, string>>} */
export async function pages() {
  const texts = [['docs/rules.md', index()], ...RULES.map((rule) => [`docs/rules/${rule.name}.md`, page(rule)])]
  /** @type {Map<string, string>} */
  const formatted = new Map()
  for (const [name = '', text = ''] of texts) {
    const options = { ...(await prettier.resolveConfig(path.join(root, name))), parser: 'markdown' }
    formatted.set(name, await prettier.format(text, options))
  }
  return formatted
}

function index() {
  const rows = RULES.map(({ name, severity, holds }) => `| [${name}](rules/${name}.md) | ${severity} | ${holds} |`)
  return `${HERE}

# The rules of check

\`truce check PATH…\` compares documents with each other and each with itself. An error makes it fail; a warning only with \`--strict\`. Each finding has the file and the line to change, the reason with its numbers, and what to write instead.

| rule | severity | what has to hold |
| --- | --- | --- |
${rows.join('\n')}

## Accepting findings

\`truce check services --write-baseline truce.baseline.json\` writes down what is there, and \`truce check services --baseline truce.baseline.json\` accepts it: the check fails for what is new or worse. A finding is known by its rule, service and operation (and what it is about, such as the other side of a call), not by its line, so that moving it changes nothing. It is worse where its number is larger than the accepted one, or where a warning has become an error. Each page says what its number is.

## What is counted

Services are known by name: \`depends: { inventory: … }\` reaches the document with \`service: inventory\`, through a queue as well. Of several documents of one service the newest version counts; older ones are there for [agreed-outdated](rules/agreed-outdated.md).

\`amplification\` in the JSON has a row for each path from a user action to an operation. A start with more than 1,000 paths has a row for each operation instead: \`path\` is the costliest, \`paths\` says how many there are, and \`worst\` and \`outage\` are the sums over all of them, exact up to 2^53.
`
}

/** @param {Rule} rule */
function page(rule) {
  const { name, severity, holds, why, breaks, keeps } = rule
  const { findings } = run(breaks)
  const own = findings.filter((finding) => finding.rule === name)
  const said = own.map(({ file, line, message, fix }) => `${file}:${line} ${message}\n${fix}`).join('\n')
  return `${HERE}

# ${name}

**${severity === 'error' ? 'Error' : 'Warning'}.** ${holds}

${why}

## Breaks it

${shown(breaks)}

\`\`\`text
${said}
\`\`\`

## Keeps it

${shown(keeps)}

## Accepting it

${accepting(rule)}

[All rules](../rules.md)
`
}

/** @param {Rule} rule */
function accepting({ name, worse, severity }) {
  const grows = worse ? `, or its number (${worse}) grows` : ''
  const low = ['unsafe-retry', 'fallback-on-write'].includes(name)
    ? ' Where a duplicate is tolerable, write `risk: low` at the operation: it then only warns.'
    : ''
  const limit =
    name === 'amplification' ? ' Or raise the limit, which callers can read: `limits: { amplification: 6 }`.' : ''
  const warns = severity === 'warning' ? 'It does not fail the check unless `--strict` is given. ' : ''
  return `${warns}With \`--baseline\` what is there is accepted until there is another place${grows} ([how](../rules.md#accepting-findings)).${low}${limit}`
}

/** @param {Example} example */
function shown({ documents, scanned = [] }) {
  const found = scanned.map(
    ({ library, file, line, attempts }) => `\`${library}\` at ${file}:${line}, ${attempts} attempts`,
  )
  const blocks = documents.map((document) => `\`\`\`yaml\n${document.trim()}\n\`\`\``)
  return [...blocks, ...(found.length > 0 ? [`\`truce scan\` finds ${found.join(', ')}.`] : [])].join('\n\n')
}

/** @param {Example} example */
function run({ documents, scanned }) {
  const contracts = documents.map((document) => {
    const service = /^service: (.+)$/m.exec(document)?.[1] ?? 'truce'
    const { contract } = parseDocument(document, `${service}/truce.yaml`)
    if (!contract) throw new Error(`not a document: ${document}`)
    return contract
  })
  return check(contracts, { scanned })
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = path.join(root, 'docs', 'rules')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const [name, text] of await pages()) writeFileSync(path.join(root, name), text)
}
