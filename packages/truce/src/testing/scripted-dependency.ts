/**
 * Scripted dependency: fails, hangs and answers as the test says, and remembers how it was asked.
 *
 * @module
 */
import type { Clock } from '../guard/clock.js'
import { checkScript } from './script-check.js'

/** How one attempt ends. */
export type Step =
  | 'ok'
  /** Never answers; ends only by the attempt's signal. */
  | 'hang'
  /** Answers after so many ms of the script's clock: with what else the step says, or `'ok'`. */
  | { readonly after: number }
  | (End & { readonly after?: number })

type End =
  | { readonly value: unknown }
  /** Thrown as it is. */
  | { readonly error: unknown }
  /** A new `Response` for every attempt. */
  | {
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }

/** What the steps of a script return. */
export type Returned<S> = S extends { readonly value: infer V }
  ? V
  : S extends { readonly status: number }
    ? Response
    : S extends { readonly error: unknown } | 'hang'
      ? never
      : 'ok'

/** The part of a guard's attempt that a script looks at; the signal only where it waits. */
export interface ScriptedAttempt {
  /** Its number, noted in `calls`. */
  readonly attempt?: number
  /** Ends a step that waits. */
  readonly signal?: AbortSignal
}

/** One attempt, as it arrived. */
export interface ScriptedCall {
  /** ms on the script's clock; without a clock, `performance.now()`. */
  readonly at: number
  /** Its number, as the caller counts. */
  readonly attempt: number | undefined
  /** What it was told to do. */
  readonly step: Step
  /** Was it aborted while it waited? */
  readonly aborted: boolean
}

/** What a script needs besides its steps. */
export interface ScriptOptions {
  /** Needed by steps with `after`; the same that the guard has. */
  readonly clock?: Clock
  /** What attempts beyond the script get: its last step again, or an error. `'repeat'` unless told. */
  readonly afterLast?: 'repeat' | 'throw'
}

/** A dependency that does what a test says, and remembers how it was asked. */
export interface ScriptedDependency<T> {
  /** The function under guard: `operation.run(scripted.attempt)`. */
  readonly attempt: (context?: ScriptedAttempt) => Promise<T>
  /** Every attempt that arrived, in order. */
  readonly calls: readonly ScriptedCall[]
}

/**
 * An async function that follows a script, one step an attempt.
 *
 * @throws TypeError for a script that cannot be followed; `attempt` throws what the step says, the
 *   signal's reason where it is aborted, and an Error beyond the script with `afterLast: 'throw'`
 * @example
 * const scripted = scriptedDependency([{ status: 503 }, { error: new Error('reset') }, 'ok'])
 * await scripted.attempt() // a Response with status 503
 * await scripted.attempt().catch((error: Error) => error.message) // 'reset'
 * await scripted.attempt() // 'ok'
 * scripted.calls.length // 3
 */
export function scriptedDependency<S extends Step>(
  steps: readonly S[],
  options: ScriptOptions = {},
): ScriptedDependency<Returned<S>> {
  checkScript(steps, options)
  const { clock, afterLast = 'repeat' } = options
  const calls: Recorded[] = []

  return {
    calls,
    async attempt(context) {
      const step = steps[calls.length] ?? (afterLast === 'repeat' ? steps.at(-1) : undefined)
      if (step === undefined) throw new Error(beyond(steps.length))
      const at = (clock ?? performance).now()
      const call: Recorded = { at, attempt: context?.attempt, step, aborted: false }
      calls.push(call)
      const wait = waitOf(step)
      if (wait > 0) await waited(wait, clock, context, call)
      return end(step) as Returned<S>
    },
  }
}

type Recorded = { -readonly [Field in keyof ScriptedCall]: ScriptedCall[Field] }

function beyond(steps: number): string {
  return `scriptedDependency: the script has ${steps} step${steps === 1 ? '' : 's'}, and attempt ${steps + 1} came`
}

function waitOf(step: Step): number {
  if (step === 'hang') return Number.POSITIVE_INFINITY
  return step === 'ok' ? 0 : (step.after ?? 0)
}

/** The signal is read here and nowhere else: guards make it only when asked. */
function waited(
  ms: number,
  clock: Clock | undefined,
  context: ScriptedAttempt | undefined,
  call: Recorded,
): Promise<void> {
  const signal = context?.signal
  return new Promise((resolve, reject) => {
    const answer = () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    // No alarm for a hang: a real clock's would keep the process alive.
    const alarm = ms < Number.POSITIVE_INFINITY ? clock?.alarm(ms, answer) : undefined
    const abort = () => {
      alarm?.cancel()
      call.aborted = true
      reject(signal?.reason as Error)
    }
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

function end(step: Step): unknown {
  if (typeof step === 'string') return 'ok'
  if ('error' in step) throw step.error
  if ('value' in step) return step.value
  if (!('status' in step)) return 'ok'
  return new Response(step.body ?? null, { status: step.status, headers: { ...step.headers } })
}
