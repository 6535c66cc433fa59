/**
 * Findings: by document and operation, each with its line, the reason and what to write instead.
 *
 * @module
 */
import type { Finding } from '@truce/contract/check'
import { grouped } from '../grouped.js'
import { excerpt } from '../terminal/excerpt.js'
import type { Paint } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { sources } from '../terminal/source.js'
import { wrap } from '../terminal/wrap.js'

export interface Look {
  readonly paint: Paint
  readonly width: number
}

/** One text for each document. */
export function findingsText(findings: readonly Finding[], look: Look): readonly string[] {
  const lineOf = sources()
  return [...grouped(findings, ({ file }) => file)].map(([file, ofFile]) => {
    const operations = [...grouped(ofFile, ({ operation }) => operation ?? '')]
    const parts = operations.map(([operation, of]) => {
      const texts = of.map((finding) => textOf(finding, lineOf(finding.file, finding.line), look))
      return [...(operation === '' ? [] : [`  ${look.paint('bold', operation)}`]), ...texts].join('\n')
    })
    const service = ofFile[0]?.service ?? ''
    return [`${look.paint('bold', service)}  ${look.paint('dim', printable(file))}`, ...parts].join('\n\n')
  })
}

function textOf(finding: Finding, text: string | undefined, { paint, width }: Look): string {
  const { severity, rule, message, fix, line, column, file } = finding
  const [sign, colour] = severity === 'error' ? (['✖', 'red'] as const) : (['▲', 'yellow'] as const)
  return [
    `    ${paint(colour, `${sign} ${rule}`)}  ${paint('dim', printable(`${file}:${line}:${column}`))}`,
    ...(text === undefined ? [] : [excerpt({ text, line, column }, '      ', paint)]),
    wrap(printable(message), width, '      '),
    `      ${paint('cyan', '→')} ${wrap(printable(fix), width, '        ').trimStart()}`,
  ].join('\n')
}
