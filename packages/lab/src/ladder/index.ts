/**
 * `@truce/lab/ladder`: 47 storms, and whether Truce's defaults are anywhere a mistake.
 *
 * @module
 */
export type { Rung } from './climb.js'
export { climbAll, type Climbed, type Column, COLUMNS, type Figures, type LadderOptions } from './ladder.js'
