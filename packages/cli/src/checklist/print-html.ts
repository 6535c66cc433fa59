/**
 * The checklist as a page to print: no script, nothing from elsewhere, black on white.
 *
 * @module
 */
import { type Checklist, type ChecklistItem, counted, type Question, QUESTIONS } from '@truce/contract/checklist'
import type { Surroundings } from '../surroundings.js'
import { ADVICE, openIn, placed, RISKS, URGENCIES } from './matrix.js'
import { STYLE } from './page-style.js'

export function print({ operations }: Checklist, { stdout }: Surroundings): void {
  stdout.write(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Retry checklist</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Retry checklist</h1>
<p>${summary(operations)}</p>
${matrix(operations)}
${operations.map(partOf).join('\n')}
</body>
</html>
`)
}

function summary(items: readonly ChecklistItem[]): string {
  const open = items.reduce((sum, item) => sum + openIn(item), 0)
  return `${counted(items.length, 'operation')}, ${items.length * 6} questions, <strong>${open} open</strong>`
}

function matrix(items: readonly ChecklistItem[]): string {
  const cell = (risk: string, urgency: string) => {
    const names = placed(items, risk, urgency).map(
      (item) => `<li>${escaped(item.operation)}${openIn(item) > 0 ? ` <b>${openIn(item)} open</b>` : ''}</li>`,
    )
    return `<td><small>${ADVICE[`${risk} ${urgency}`]}</small><ul>${names.join('')}</ul></td>`
  }
  const rows = RISKS.map(
    (risk) => `<tr><th scope="row">${risk} risk</th>${URGENCIES.map((urgency) => cell(risk, urgency)).join('')}</tr>`,
  )
  const heads = URGENCIES.map((urgency) => `<th scope="col">${urgency}</th>`).join('')
  return `<table class="matrix"><caption>Where to look first</caption><tr><td></td>${heads}</tr>${rows.join('')}</table>`
}

function partOf({ service, operation, risk, urgency, file, line, answers }: ChecklistItem): string {
  const rows = (Object.keys(QUESTIONS) as Question[]).map((question) => {
    const { ok, text } = answers[question]
    const verdict = ok ? '<td class="ok">answered</td>' : '<td class="open">open</td>'
    return `<tr><th scope="row">${QUESTIONS[question]}</th>${verdict}<td>${escaped(text)}</td></tr>`
  })
  return `<section>
<h2>${escaped(service)} → ${escaped(operation)}</h2>
<p>${risk} risk, ${urgency} · <code>${escaped(`${file}:${line}`)}</code></p>
<table class="answers">${rows.join('')}</table>
</section>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
