/**
 * Refusals: what a request is answered that is not worked on.
 *
 * @module
 */
import { problemOf } from './problem.js'

/** Its caller has given up, or will have before the work is done. Nothing was done. */
export const deadlinePassed = /* @__PURE__ */ problemOf({
  name: 'deadline-passed',
  status: 504,
  title: 'The deadline of the request had passed',
  detail: 'This came too late to be worked on. Nothing was done; please try again.',
})
