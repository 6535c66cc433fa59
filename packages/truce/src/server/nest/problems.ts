/**
 * Problems: Nest's exception filter for what Truce refused.
 *
 * Nest asks a filter's metadata for the classes that it catches. One class stands for all that Truce has an answer to,
 * so that other errors never come here and stay Nest's.
 *
 * @module
 */
import { fail } from '../node/drive.js'
import { toProblem } from '../problem.js'
import { type HostLike, messageOf, ours, responseOf } from './platform.js'

const Answerable = Object.defineProperty(() => {}, Symbol.hasInstance, {
  value: (error: unknown) => toProblem(error) !== undefined,
})

/** As Nest has it. */
export interface ProblemsFilter {
  catch(error: unknown, host: HostLike): void
}

class Filter implements ProblemsFilter {
  catch(error: unknown, host: HostLike): void {
    const http = host.switchToHttp()
    const reply = http.getResponse()
    ours(reply)
    void fail(messageOf(http.getRequest()), responseOf(reply), error, () => {})
  }
}

interface WithMetadata {
  readonly defineMetadata?: (key: string, value: unknown, target: object) => void
}

/**
 * Exception filter: answers what Truce refused; all other errors go on to other filters and to Nest's own.
 *
 * @example
 * app.useGlobalFilters(problems())
 */
export function problems(): ProblemsFilter {
  // As \@Catch() does, without importing Nest.
  ;(Reflect as WithMetadata).defineMetadata?.('__filterCatchExceptions__', [Answerable], Filter)
  return new Filter()
}
