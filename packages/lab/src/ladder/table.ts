/**
 * Table: every storm of the ladder.
 *
 * @module
 */
import { FIRST_LIST } from './first-list.js'
import { SECOND_LIST } from './second-list.js'
import type { Storm } from './storm.js'

export const LADDER: readonly Storm[] = [...FIRST_LIST, ...SECOND_LIST]

export { FIRST_LIST, SECOND_LIST }
export type { Storm } from './storm.js'
