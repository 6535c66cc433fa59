/**
 * Steps: recovery points of a run in `derived-key` mode.
 *
 * A run of three foreign calls that dies after the second is done again from its first line; what had
 * finished is given from the record instead of being done, and what had not carries the key that it had.
 *
 * @module
 */
import { OptionError } from '../guard/errors.js'
import { tooLong } from './judging.js'
import { derivedKey, named } from './key.js'
import { type Codec, NOT_KEPT, read, writeValue } from './outcome-text.js'
import type { StepCall, StepWork } from './work.js'

/** What steps need of their run. */
export interface StepsOf {
  readonly scope: string
  readonly key: string
  readonly codec: Codec
  readonly largestResult: number
  /** Results of finished steps, as text. */
  readonly points: Readonly<Record<string, string>>
  readonly signal: () => AbortSignal
  /** Records a finished step. @throws LeaseLostError where another worker has the key */
  readonly note: (name: string, result: string) => Promise<void>
  readonly notKept: (name: string, why: string) => void
}

export function stepsOf(run: StepsOf): StepWork['step'] {
  const begun = new Set<string>()
  return async <T>(name: string, call: (step: StepCall) => T | PromiseLike<T>): Promise<T> => {
    named(name, 'step')
    if (begun.has(name)) throw new OptionError('step', name, 'a name that no other step of this run has')
    begun.add(name)
    const point = Object.hasOwn(run.points, name) ? finished(run.points[name] as string, run.codec) : undefined
    if (point?.is === 'value') return point.value as T
    const signal = run.signal()
    signal.throwIfAborted()
    let result: T
    try {
      result = await call({ key: derivedKey(run.scope, name, run.key), signal })
    } catch (error) {
      // With the same key it may be tried again, by a guard around it too.
      begun.delete(name)
      throw error
    }
    const text = kept(name, result, run)
    if (text !== undefined) await run.note(name, text)
    return result
  }
}

/** What cannot be read any more (another codec wrote it) is done again, with the same key. */
function finished(text: string, codec: Codec): ReturnType<typeof read> | undefined {
  try {
    return read(text, codec)
  } catch {
    return undefined
  }
}

/** What is not kept is done again by the next run, with the same key: that is what the key is for. */
function kept(name: string, result: unknown, run: StepsOf): string | undefined {
  try {
    const text = writeValue(result, run.codec, run.largestResult)
    if (text !== NOT_KEPT) return text
    run.notKept(name, tooLong(run))
  } catch (error) {
    run.notKept(name, (error as Error).message)
  }
  return undefined
}
