/**
 * What must hold in every run: the claims of this example, judged on its figures.
 *
 * @module
 */
import type { Figures } from './figures.js'

export interface Promised {
  readonly name: string
  readonly ok: boolean
  readonly found: string
}

export interface Halves {
  readonly handwritten: Figures
  readonly truce: Figures
}

/** Amplification that the inventory must not exceed while it is down. */
export const OUTAGE_AMPLIFICATION = 1.4
export const RECOVERED_WITHIN_MS = 3_000

/** A machine with room runs timers about 5 ms late (99 %); three busy processes on two cores make it 40 and more. */
export const LATE_MS = 20

/** Whether the machine had too little time for the services to say anything about retries. */
export const starved = ({ handwritten, truce }: Halves): boolean => Math.max(handwritten.lateMs, truce.lateMs) > LATE_MS

const percent = (share: number) => `${(share * 100).toFixed(1)} %`

const nothingTwice = ({ duplicates, duplicateFulfilments, stockAstray, repaired, lostAnswers }: Figures) =>
  duplicates === 0 && duplicateFulfilments === 0 && stockAstray === 0 && repaired === lostAnswers

export function promises({ handwritten, truce }: Halves): Promised[] {
  const other = (label: string) => handwritten.faults.find((fault) => fault.label === label)
  const worse = truce.faults.filter(({ label, finalSuccess }) => finalSuccess < (other(label)?.finalSuccess ?? 0))
  const slow = truce.faults.filter(({ recoveredAfterMs }) => (recoveredAfterMs ?? Infinity) > RECOVERED_WITHIN_MS)
  const outage = truce.faults.find(({ label }) => label === 'outage')
  return [
    {
      name: 'no duplicate reservation with Truce, some by hand',
      ok: truce.duplicates === 0 && handwritten.duplicates > 0,
      found: `${truce.duplicates} and ${handwritten.duplicates}`,
    },
    {
      name: 'no lost order with Truce, some by hand',
      ok: truce.lost === 0 && handwritten.lost > 0,
      found: `${truce.lost} and ${handwritten.lost}`,
    },
    {
      name: 'final success with Truce at least that by hand, over every fault',
      ok: worse.length === 0,
      found:
        worse.length === 0
          ? `lowest ${percent(Math.min(...truce.faults.map(({ finalSuccess }) => finalSuccess)))}`
          : worse
              .map(
                (fault) =>
                  `${fault.label}: ${percent(fault.finalSuccess)} < ${percent(other(fault.label)?.finalSuccess ?? 0)}`,
              )
              .join(', '),
    },
    {
      name: `amplification in the outage at most ${OUTAGE_AMPLIFICATION} with Truce`,
      ok: outage !== undefined && outage.amplification <= OUTAGE_AMPLIFICATION,
      found: `${outage?.amplification.toFixed(2)}, by hand ${other('outage')?.amplification.toFixed(2)}`,
    },
    {
      name: `success at least 99 % within ${RECOVERED_WITHIN_MS / 1_000} s after every fault with Truce`,
      ok: slow.length === 0,
      found: slow.length === 0 ? 'after every one' : `not after: ${slow.map(({ label }) => label).join(', ')}`,
    },
    {
      // A load without lost answers, repeats and conflicts would show nothing: then it does not hold either.
      name: 'no reservation twice and no fulfilment twice with Truce, stock included, though calls were repeated',
      ok: nothingTwice(truce) && Math.min(truce.lostAnswers, truce.replays, truce.conflicts) > 0,
      found:
        `${truce.duplicates}, ${truce.duplicateFulfilments} and ${truce.stockAstray} astray; ${truce.repaired} of ` +
        `${truce.lostAnswers} lost answers repaired, ${truce.replays} replays, ${truce.conflicts} conflicts`,
    },
  ]
}
