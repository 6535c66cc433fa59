/**
 * What a person reads of a comparison.
 *
 * @module
 */
import type { Changed, ServiceDiff, ServicesDiff } from '@truce/contract/diff'
import type { Surroundings } from '../surroundings.js'
import { type Paint, paintOn } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { widthOf, wrap } from '../terminal/wrap.js'

export function report(result: ServicesDiff, { stdout, env }: Surroundings): void {
  const paint = paintOn(stdout, env)
  const width = widthOf(stdout)
  const changed = result.services.filter(({ breaking, compatible }) => breaking.length + compatible.length > 0)
  const parts = changed.map((service) => partOf(service, width, paint))
  stdout.write([...parts, `${verdict(result, paint)}\n`].join('\n'))
}

function partOf({ service, versions, breaking, compatible }: ServiceDiff, width: number, paint: Paint): string {
  const lines = [`${paint('bold', service)}  ${paint('dim', versionsText(versions))}`]
  const add = (title: string, changes: readonly Changed[], sign: string) => {
    if (changes.length === 0) return
    lines.push('', `  ${title}`)
    for (const change of changes) lines.push(lineOf(change, { sign, width, paint }))
  }
  add(`breaks ${sidesOf(breaking)}`, breaking, paint('red', '✖'))
  add('compatible', compatible, paint('green', '✔'))
  return `${lines.join('\n')}\n`
}

interface Look {
  readonly sign: string
  readonly width: number
  readonly paint: Paint
}

function lineOf({ message, file, line }: Changed, { sign, width, paint }: Look): string {
  const text = wrap(printable(message), width, '      ').trimStart()
  return `    ${sign} ${text}  ${paint('dim', printable(`${file}:${line}`))}`
}

/** Who is broken, in the order of the list. */
const sidesOf = (changes: readonly Changed[]) => [...new Set(changes.map(({ side }) => side))].join(' and ')

function versionsText({ from, to }: ServiceDiff['versions']): string {
  if (from === null) return `version ${to}, new`
  if (to === null) return `version ${from}, gone`
  return from === to ? `version ${from}, not raised` : `version ${from} → ${to}`
}

function verdict({ breaking, compatible, services }: ServicesDiff, paint: Paint): string {
  const counts = `${breaking.length} breaking, ${compatible.length} compatible`
  if (breaking.length + compatible.length === 0) return paint('green', '✔ No promise changed.')
  if (breaking.length === 0) return paint('green', `✔ Nobody is broken: ${counts}.`)
  const silent = services.filter((each) => each.breaking.length > 0 && !each.versionRaised)
  if (silent.length === 0) return paint('green', `✔ The version says so: ${counts}.`)
  const names = silent.map(({ service, versions }) =>
    versions.to === null ? service : `${service} (to ${Math.max(versions.to, versions.from ?? 0) + 1})`,
  )
  const todo = silent.some(({ versions }) => versions.to === null)
    ? 'serve nothing in one version before the document goes, or keep the promises'
    : 'raise version, so that whoever agreed can tell, or keep the promises'
  return paint('red', `✖ Breaks without a word: ${counts}. ${names.join(', ')}: ${todo}.`)
}
