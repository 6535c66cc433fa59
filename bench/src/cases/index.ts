/**
 * The cases that share one process.
 *
 * @module
 */
import type { Case } from '../case.js'
import { a } from './a-retry.js'
import { bConsecutive, bWindow } from './b-breaker.js'
import { c } from './c-both.js'
import { dInFlight, dLog, dRead, dUnread } from './d-all.js'
import { eAll, eBoth, eRetry } from './e-one-failure.js'
import { fFew, fMany } from './f-window.js'
import { floor, floorFailure } from './floor.js'

export const CASES: readonly Case[] = [
  a, bWindow, bConsecutive, c, dUnread, dRead, dLog, dInFlight, eRetry, eBoth, eAll, fFew, fMany, floor,
  floorFailure,
] // prettier-ignore
