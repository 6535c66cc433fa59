/**
 * Breaks callers: what a newer document means for somebody who agreed to an older one.
 *
 * @module
 */
import type { Contract } from '../document/model.js'
import { diff } from './diff.js'

/**
 * Promises to callers that `now` does not keep as `before` gave them. What it promises its own dependencies is no
 * matter of theirs.
 *
 * @returns one sentence for each
 * @example
 * check(contracts, { compare: breaksCallers })
 */
export const breaksCallers = (before: Contract, now: Contract): readonly string[] =>
  diff(before, now)
    .breaking.filter(({ side }) => side === 'callers')
    .map(({ message }) => message)
