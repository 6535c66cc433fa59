/**
 * Not applied: a handler's word that its failure left nothing behind.
 *
 * Only the handler can know. An error of the last thing that it tried says nothing of the things that it
 * did before, so no classifier answers this question.
 *
 * @module
 */
const marked = new WeakSet<object>()

/**
 * Says that the work failed before it changed anything: its key is free, and the next call with it runs.
 *
 * @param error thrown on; a primitive is wrapped, because it cannot be marked. In a handler of `truce/server` it may be
 *   the request's context, for an answer that is returned
 * @returns the same error
 * @example
 * if (!(await warehouse.isOpen())) throw notApplied(new Error('the warehouse is closed'))
 */
export function notApplied<E>(error: E): E extends object ? E : Error {
  const object: object = typeof error === 'object' && error !== null ? error : new Error(String(error))
  marked.add(object)
  return object as E extends object ? E : Error
}

export function saysNotApplied(error: unknown): boolean {
  return typeof error === 'object' && error !== null && marked.has(error)
}
