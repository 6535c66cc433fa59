/**
 * The checklist as Markdown, for a review.
 *
 * @module
 */
import { type Checklist, type ChecklistItem, type Question, QUESTIONS } from '@truce/contract/checklist'
import type { Surroundings } from '../surroundings.js'
import { openIn, placed, RISKS, URGENCIES } from './matrix.js'

export function print({ operations }: Checklist, { stdout }: Surroundings): void {
  const parts = operations.flatMap(partOf)
  stdout.write(`${['# Retry checklist', '', ...matrix(operations), ...parts].join('\n').trimEnd()}\n`)
}

function matrix(items: readonly ChecklistItem[]): readonly string[] {
  const cell = (risk: string, urgency: string) =>
    placed(items, risk, urgency)
      .map((item) => `${code(item.operation)}${openIn(item) > 0 ? ` (${openIn(item)} open)` : ''}`)
      .join('<br>')
  return [
    `| risk | ${URGENCIES.join(' | ')} |`,
    '| --- | --- | --- |',
    ...RISKS.map((risk) => `| ${risk} | ${URGENCIES.map((urgency) => cell(risk, urgency)).join(' | ')} |`),
    '',
  ]
}

function partOf(item: ChecklistItem): readonly string[] {
  const { service, operation, risk, urgency, file, line, answers } = item
  const lines = (Object.keys(QUESTIONS) as Question[]).map((question) => {
    const { ok, text } = answers[question]
    return `- [${ok ? 'x' : ' '}] **${QUESTIONS[question]}** ${plain(text)}`
  })
  return [
    `## ${plain(service)} → ${plain(operation)}`,
    '',
    `${risk} risk, ${urgency}, ${code(`${file}:${line}`)}`,
    '',
    ...lines,
    '',
  ]
}

/** Nothing in a document is markup. */
const plain = (text: string) => text.replaceAll(/[\\`*_{}[\]<>#|~]/g, '\\$&').replaceAll(/\s+/g, ' ')

const code = (text: string) => `\`${text.replaceAll(/[`|]/g, ' ')}\``
