/**
 * The checklist on a terminal.
 *
 * @module
 */
import { type Checklist, type ChecklistItem, type Question, QUESTIONS } from '@truce/contract/checklist'
import type { Surroundings } from '../surroundings.js'
import { type Paint, paintOn } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { widthOf, wrap } from '../terminal/wrap.js'
import { ADVICE, openIn, placed, RISKS, URGENCIES } from './matrix.js'

export function print({ operations }: Checklist, { stdout, env }: Surroundings): void {
  const paint = paintOn(stdout, env)
  const width = widthOf(stdout)
  const parts = operations.map((item) => partOf(item, width, paint))
  stdout.write([...parts, matrix(operations, paint), summary(operations, paint)].join('\n'))
}

function partOf(item: ChecklistItem, width: number, paint: Paint): string {
  const { service, operation, risk, urgency, file, line, answers } = item
  const head = `${paint('bold', `${service} → ${operation}`)}  ${risk} risk, ${urgency}  ${paint('dim', printable(`${file}:${line}`))}`
  const lines = (Object.keys(QUESTIONS) as Question[]).map((question) => {
    const { ok, text } = answers[question]
    const asked = QUESTIONS[question].padEnd(LONGEST)
    const sign = ok ? paint('green', '✔') : paint('yellow', '?')
    return `  ${sign} ${paint('dim', asked)} ${wrap(printable(text), width, ' '.repeat(LONGEST + 5)).trimStart()}`
  })
  return [head, ...lines, ''].join('\n')
}

const LONGEST = Math.max(...Object.values(QUESTIONS).map((question) => question.length))

function matrix(items: readonly ChecklistItem[], paint: Paint): string {
  if (items.length === 0) return ''
  const lines = RISKS.flatMap((risk) =>
    URGENCIES.map((urgency) => {
      const names = placed(items, risk, urgency).map(nameOf).join(', ')
      const place = `${risk} risk, ${urgency}`.padEnd(24)
      return `  ${place} ${names === '' ? paint('dim', 'none') : `${names}  ${paint('dim', ADVICE[`${risk} ${urgency}`] ?? '')}`}`
    }),
  )
  return [paint('bold', 'Where to look first'), ...lines, ''].join('\n')
}

function nameOf(item: ChecklistItem): string {
  const open = openIn(item)
  return open === 0 ? item.operation : `${item.operation} (${open} open)`
}

function summary(items: readonly ChecklistItem[], paint: Paint): string {
  if (items.length === 0) return 'No operation is called: there is nothing to ask.\n'
  const open = items.reduce((sum, item) => sum + openIn(item), 0)
  const asked = `${items.length} operation${items.length === 1 ? '' : 's'}, ${items.length * 6} questions`
  return open === 0 ? paint('green', `✔ ${asked}, all answered.\n`) : paint('yellow', `? ${asked}, ${open} open.\n`)
}
