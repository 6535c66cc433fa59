/**
 * HTML: a simulation as one page that needs no network and no script.
 *
 * Measures go down, strategies side by side, each row to one scale: what differs is seen without reading a number, and
 * below each row stands the same in numbers.
 *
 * @module
 */
import type { Simulated } from '../measure/result.js'
import type { Scenario } from '../scenario/model.js'
import { COLUMNS } from './columns.js'
import { faultLines, troubled } from './faults.js'
import { count, time } from './numbers.js'
import { type Panel, panelsOf } from './panels.js'
import { HARDLY, sentences } from './sentence.js'
import { shrunk } from './sparkline.js'
import { STYLE } from './style.js'
import { chart, escape } from './svg.js'

/** Rows of the tables in numbers. */
const ROWS = 30

/** The page's text. Same simulation: same text. */
export function htmlReport(scenario: Scenario, simulated: Simulated): string {
  const { result } = simulated
  const [verdict = '', ...each] = sentences(scenario, result)
  const faults = faultLines(scenario)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(result.name)}: a simulation</title>
<style>${STYLE}</style>
</head>
<body>
<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>
<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" x1="0" x2="0" y1="0" y2="5"/></pattern>
</defs></svg>
<main>
<h1>${escape(result.name)}</h1>
<p class="soft">${runOf(simulated)}</p>
<p class="verdict">${escape(unbroken(verdict))}</p>
<ul>${each.map((sentence) => `<li>${escape(unbroken(sentence))}</li>`).join('')}</ul>
<h2>What went wrong</h2>
${faults.length === 0 ? '<p>Nothing: there are no faults in this scenario.</p>' : `<ul>${faults.map(({ text }) => `<li>${escape(text)}</li>`).join('')}</ul>`}
<h2>Strategies side by side</h2>
${tableOf(simulated)}
${rows(scenario, simulated)}
<footer>Simulated with the policies that ship, under virtual time: the same file and seed give the same page.</footer>
</main>
</body>
</html>
`
}

function runOf({ result, series }: Simulated): string {
  const seeds =
    result.seeds === undefined
      ? `seed ${result.seed}`
      : `means of ${result.seeds} seeds from ${result.seed} on, charts of the first`
  const buckets = `charts in buckets of ${time(series.bucketMs)}`
  return `${time(result.simulatedMs)} simulated, ${count(result.events)} events, ${seeds}, ${buckets}.`
}

function tableOf({ result }: Simulated): string {
  const all = Object.entries(result.strategies)
  const shares = all.map(([, { finalSuccess }]) => finalSuccess)
  const best = Math.max(...shares)
  const differ = best - Math.min(...shares) >= HARDLY
  const heads = COLUMNS.map(({ head, about }) => `<th scope="col" title="${escape(about)}">${head}</th>`).join('')
  const lines = all.map(([name, strategy]) => {
    const isBest = differ && strategy.finalSuccess === best
    const cells = COLUMNS.map(({ cell }) => `<td>${escape(cell(strategy))}</td>`).join('')
    const mark = isBest ? ' <span class="soft">(best)</span>' : ''
    return `<tr${isBest ? ' class="best"' : ''}><th scope="row">${escape(name)}${mark}</th>${cells}</tr>`
  })
  return `<div class="wide" tabindex="0" role="region" aria-label="Strategies side by side"><table>
<thead><tr><th scope="col">strategy</th>${heads}</tr></thead>
<tbody>
${lines.join('\n')}
</tbody>
</table></div>
<details><summary>What the columns mean</summary><ul>${COLUMNS.map(({ head, about }) => `<li><strong>${head}</strong>: ${about}</li>`).join('')}</ul></details>`
}

function rows(scenario: Scenario, { series, result }: Simulated): string {
  const panels = panelsOf(series)
  const originals = panels.find(({ key }) => key === 'originals')
  const retries = panels.find(({ key }) => key === 'retries')
  return panels
    .filter(({ key }) => key !== 'originals')
    .map((panel) => {
      const layers = panel.key === 'attempts' ? [originals, retries].filter((layer) => layer !== undefined) : [panel]
      return row(scenario, panel, layers, result.simulatedMs)
    })
    .join('\n')
}

/** @param layers what is stacked in each chart of the row */
function row(scenario: Scenario, panel: Panel, layers: readonly Panel[], durationMs: number): string {
  const bands = troubled(faultLines(scenario))
  const charts = panel.lines.map(({ strategy, values }, i) => {
    const drawn = chart({
      id: `c-${panel.key}-${i}`,
      title: `${panel.title} under ${strategy}`,
      description: described(panel, values, durationMs),
      areas: layers.map(({ key, lines }) => ({ values: lines[i]?.values ?? [], hatched: key === 'retries' })),
      most: panel.most,
      show: panel.show,
      durationMs,
      bands,
    })
    const nothing = values.every((value) => value === 0) ? ' <span class="soft">nothing throughout</span>' : ''
    return `<figure><figcaption>${escape(strategy)}${nothing}</figcaption>${drawn}</figure>`
  })
  return `<section aria-label="${escape(panel.title)}">
<h2>${escape(panel.title)}</h2>
<p class="soft">${escape(capital(panel.about))}${layers.length > 1 ? `. ${LAYERS}` : ''}</p>
<div class="row" role="group" aria-label="${escape(panel.title)}, one chart a strategy">${charts.join('\n')}</div>
<details><summary>The same in numbers</summary>${numbersOf(panel, durationMs)}</details>
</section>`
}

/** A number and its unit stay in one line. */
const unbroken = (text: string) => text.replaceAll(/(?<=\d) (?=(?:%|×|ms|s|min|h)(?![a-z]))/g, '\u00A0')

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

const box = (inner: string) => `<span class="key" aria-hidden="true"><svg viewBox="0 0 20 10">${inner}</svg></span>`
const LAYERS = `${box('<rect class="area" width="20" height="10"/><path class="line" d="M0 .7H20"/>')}Below: originals.
${box('<rect class="area hatched" width="20" height="10"/><path class="line hatched" d="M0 .7H20"/>')}On top, hatched: retries. Grey bands: faults.`

function described({ show, about }: Panel, values: readonly number[], durationMs: number): string {
  const high = values.reduce((most, value) => Math.max(most, value), 0)
  const when = values.indexOf(high) * (durationMs / Math.max(1, values.length))
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  return `${about}: at most ${show(high)}, first at ${time(when)}; ${show(mean)} on average; ${show(values.at(-1) ?? 0)} at the end.`
}

/** Of several buckets their mean, so that a table is read and not scrolled. */
function numbersOf({ lines, show }: Panel, durationMs: number): string {
  const columns = lines.map(({ values }) => shrunk(values, ROWS))
  const most = columns[0]?.length ?? 0
  const body = Array.from({ length: most }, (_, i) => {
    const cells = columns.map((values) => `<td>${escape(show(values[i] ?? 0))}</td>`).join('')
    return `<tr><th scope="row">${time((i * durationMs) / most)}</th>${cells}</tr>`
  })
  const heads = lines.map(({ strategy }) => `<th scope="col">${escape(strategy)}</th>`).join('')
  return `<div class="wide"><table><thead><tr><th scope="col">from</th>${heads}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}
