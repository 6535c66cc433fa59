/**
 * Matrix: where to look first. Risk (what a repeat would cost) beside urgency (does somebody wait).
 *
 * @module
 */
import type { ChecklistItem } from '@truce/contract/checklist'

export const RISKS = ['high', 'low'] as const
export const URGENCIES = ['interactive', 'background'] as const

/** What to do first in each place. */
export const ADVICE: Readonly<Record<string, string>> = {
  'high interactive': 'first: a key, few attempts, one owner',
  'high background': 'a key with a long window, dead letters',
  'low interactive': 'short deadline, a stand-in at the end',
  'low background': 'a budget is enough',
}

/** The operations in one place of it. */
export const placed = (items: readonly ChecklistItem[], risk: string, urgency: string): readonly ChecklistItem[] =>
  items.filter((item) => item.risk === risk && item.urgency === urgency)

/** Questions that are open. */
export const openIn = ({ answers }: ChecklistItem): number => Object.values(answers).filter(({ ok }) => !ok).length
