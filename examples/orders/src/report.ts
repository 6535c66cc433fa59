/**
 * The end of a run, for people: two tables, what holds, and one sentence on what happened.
 *
 * @module
 */
import type { AdmissionFigures } from './measure/admission.js'
import type { FaultFigures, Figures } from './measure/figures.js'
import { type Halves, type Promised, starved } from './measure/promises.js'

export function report(halves: Halves, promised: readonly Promised[]): string {
  return [
    table(['', 'by hand', 'Truce'], overall(halves)),
    table(['during and after each fault', 'by hand', 'Truce'], perFault(halves)),
    `Calls stopped without success, by reason: ${stopsOf(halves.truce.stops)} (by hand: nobody kept a record)`,
    promised.map(({ name, ok, found }) => `${ok ? '✓' : '✗'} ${name}: ${found}`).join('\n'),
    ...(starved(halves) ? [STARVED] : []),
    sentence(halves),
  ].join('\n\n')
}

const STARVED =
  '! This machine was busy with other things: timers ran late, so attempts timed out for want of a processor. ' +
  'The figures say little; run it again when nothing else runs.'

/** What happened, in one sentence and its figures. */
export function sentence({ handwritten, truce }: Halves): string {
  const worst = handwritten.faults.toSorted((a, b) => a.finalSuccess - b.finalSuccess)[0]
  const stuck = handwritten.faults.filter(({ recoveredAfterMs }) => recoveredAfterMs === null).map(({ label }) => label)
  const after = stuck.length > 0 ? `, and was not back when last looked at after ${list(stuck)}` : ''
  return (
    `By hand, up to nine attempts a call sent the inventory ${times(handwritten.amplification)} its calls (at worst ` +
    `${handwritten.peakAttemptsPerSecond}/s), left ${handwritten.duplicates} duplicate reservations and ${handwritten.lost} ` +
    `lost orders, and let ${percent(worst?.finalSuccess ?? 0)} of orders through during "${worst?.label}"${after}; with Truce, ` +
    `under the same arrivals and faults, it was ${times(truce.amplification)} (at worst ${truce.peakAttemptsPerSecond}/s), ` +
    `${truce.duplicates} duplicates and ${truce.lost} lost orders, ${truce.repaired} of ${truce.lostAnswers} lost answers ` +
    `were repaired, ${truce.replays} repeats replayed and ${truce.conflicts} changed ones refused, and ${percent(truce.finalSuccess)} of all orders ended well, ` +
    `${percent(truce.answeredAtOnce)} confirmed at once.`
  )
}

function overall({ handwritten, truce }: Halves): string[][] {
  const row = (name: string, figure: (half: Figures) => string) => [name, figure(handwritten), figure(truce)]
  return [
    row('orders', ({ orders }) => `${orders}`),
    row('final success', ({ finalSuccess }) => percent(finalSuccess)),
    row('confirmed in the first answer', ({ answeredAtOnce }) => percent(answeredAtOnce)),
    row('the same, before the first fault', ({ healthySuccess }) => percent(healthySuccess)),
    row('first-attempt success', ({ firstAttemptSuccess }) => percent(firstAttemptSuccess)),
    row('amplification at inventory', ({ amplification }) => times(amplification)),
    row('peak load at inventory', ({ peakAttemptsPerSecond }) => `${peakAttemptsPerSecond}/s`),
    row('duplicate reservations', ({ duplicates }) => `${duplicates}`),
    row('duplicate fulfilments', ({ duplicateFulfilments }) => `${duplicateFulfilments}`),
    row('lost answers repaired', ({ repaired, lostAnswers }) => `${repaired} of ${lostAnswers}`),
    row('replays', ({ replays }) => `${replays}`),
    row('conflicts', ({ conflicts }) => `${conflicts}`),
    row('refused by the inventory itself', ({ admission }) => refusedOf(admission)),
    row('given a place, and served at it', ({ admission: { placed, served } }) => `${served} of ${placed}`),
    row('lost orders', ({ lost }) => `${lost}`),
    row('reserved, but told "failed"', ({ orphans }) => `${orphans}`),
    row('answer time, median', ({ answer }) => `${answer.p50Ms} ms`),
    row('answer time, 99 %', ({ answer }) => `${answer.p99Ms} ms`),
  ]
}

function perFault({ handwritten, truce }: Halves): string[][] {
  return truce.faults.flatMap((fault) => {
    const hand = handwritten.faults.find(({ label }) => label === fault.label)
    const row = (name: string, figure: (one: FaultFigures) => string) => [
      `  ${name}`,
      hand ? figure(hand) : '–',
      figure(fault),
    ]
    return [
      [fault.label, '', ''],
      row('final success', ({ finalSuccess }) => percent(finalSuccess)),
      row('confirmed in the first answer', ({ answeredAtOnce }) => percent(answeredAtOnce)),
      row('amplification', ({ amplification }) => times(amplification)),
      row('recovered after', ({ recoveredAfterMs }) => seconds(recoveredAfterMs)),
      row('first answers confirm again after', ({ atOnceAgainAfterMs }) => seconds(atOnceAgainAfterMs)),
    ]
  })
}

function refusedOf({ refused }: AdmissionFigures): string {
  const known = Object.entries(refused).toSorted(([, a], [, b]) => b - a)
  return known.length === 0 ? '0' : known.map(([reason, count]) => `${reason} ${count}`).join(', ')
}

function stopsOf(stops: Readonly<Record<string, number>>): string {
  const known = Object.entries(stops).toSorted(([, a], [, b]) => b - a)
  return known.length === 0 ? 'none' : known.map(([stop, count]) => `${stop} ${count}`).join(', ')
}

/** Columns as wide as their widest cell; the first left, the others right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const text = lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  const rule = '─'.repeat(widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1)))
  return [text[0], rule, ...text.slice(1)].join('\n')
}

const percent = (share: number) => `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`
const times = (amplification: number) => `${amplification.toFixed(2)} ×`
const seconds = (ms: number | null) => (ms === null ? 'not seen' : `${ms / 1_000} s`)
const list = (labels: readonly string[]) => labels.map((label) => `"${label}"`).join(', ')
