/**
 * Checklist: six questions of every operation, answered or open.
 *
 * @module
 */
export { type Answer, type Question, QUESTIONS } from './answers.js'
export { type Checklist, checklist, type ChecklistItem } from './checklist.js'
