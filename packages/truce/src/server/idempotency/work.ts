/**
 * Work: what a handler that runs under a key may use, by the mode of its operation.
 *
 * @module
 */
import { OptionError } from '../../guard/errors.js'
import type { Mode } from '../../policy/idempotency/record.js'
import type { RequestContext } from '../request-context.js'

/** Modes of the requests that run under a key. */
const modes = new WeakMap<RequestContext, Mode>()

/** Its handler is about to run. */
export function handOver(context: RequestContext, mode: Mode, work: RequestContext['work']): void {
  context.work = work
  modes.set(context, mode)
}

/** @throws OptionError where it runs in another mode, or under no key */
export function workIn(context: RequestContext, mode: Mode): unknown {
  const running = modes.get(context)
  if (running === mode) return context.work
  const what = running === undefined ? 'a request that came with a key (context.work is there)' : `'${running}'`
  throw new OptionError('mode of the work', mode, what)
}
