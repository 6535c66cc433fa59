/**
 * Checklist: six questions of every operation, answered or open.
 *
 * @module
 */
export { counted } from '../check/words.js'
export { type Answer, type Question, QUESTIONS } from './answers.js'
export { type Checklist, checklist, type ChecklistItem } from './checklist.js'
