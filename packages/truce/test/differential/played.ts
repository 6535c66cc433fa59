/**
 * Played: a script's arrivals, answers and aborts, under virtual time, for whatever makes its calls.
 *
 * @module
 */
import type { Attempt } from '../../src/index.js'
import { events } from '../../src/telemetry/index.js'
import type { virtualTime } from '../../src/testing/index.js'
import type { CallScript, Script } from './script.js'
import { ARRIVAL, enact, instant, LEAVING, type Step } from './step.js'
import type { AttemptEnd, AttemptTrace, CallEnd, Standing, Trace } from './trace.js'

/** Makes one call. @param fn what each of its attempts does @param signal none of a caller who stays */
type Make = (
  call: CallScript,
  index: number,
  fn: (attempt: Attempt) => Promise<unknown>,
  signal: AbortSignal | undefined,
) => Promise<CallEnd>

export async function played(
  script: Script,
  time: ReturnType<typeof virtualTime>,
  standing: () => Standing,
  make: Make,
): Promise<Trace> {
  const { clock } = time
  const traces: AttemptTrace[] = []
  const byId = new Map<string, AttemptTrace>()
  const off = events.on('attempt', ({ call, attempt, cause, waited, ms, outcome, timeout, stop }) => {
    const trace = byId.get(`${call}#${attempt}`)
    // 'end': the call ended between attempts.
    if (trace && cause !== 'end') trace.end = { cause, waited, ms, outcome, timeout, stop } as AttemptEnd
  })

  const at = (ms: number) => new Promise<void>((resolve) => void clock.alarm(ms - time.now(), resolve))
  const answer = async (context: Attempt, call: CallScript, index: number): Promise<unknown> => {
    const { attempt } = context
    const trace: AttemptTrace = { ...standing(), call: index, attempt, end: undefined }
    traces.push(trace)
    byId.set(context.id, trace)
    const step = call.steps.at(attempt - 1) as Step
    if (step.ends === 'hang') await aborted(context.signal)
    else if (step.after > 0) await at(instant(time.now() + step.after, index, attempt))
    return enact(step)
  }
  const run = (call: CallScript, index: number) =>
    new Promise<CallEnd>((resolve, reject) => {
      clock.alarm(instant(call.arrives, index, ARRIVAL), () => {
        const caller = call.leaves < Number.POSITIVE_INFINITY ? new AbortController() : undefined
        if (caller) {
          const leaves = instant(call.arrives + call.leaves, index, LEAVING)
          clock.alarm(leaves - time.now(), () => caller.abort(new Error('the caller left')))
        }
        make(call, index, (context) => answer(context, call, index), caller?.signal).then(resolve, reject)
      })
    })
  try {
    const calls = await time.run(() => Promise.all(script.calls.map(run)))
    return { attempts: traces, calls, final: standing() }
  } finally {
    off()
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
