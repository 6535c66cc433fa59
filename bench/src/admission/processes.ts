/**
 * Processes: starts those of the bench, talks to them, and ends them, whatever happens.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { CallerJob, Counts, Seen, ServiceJob, ToService } from './messages.js'

export interface RunningService {
  readonly url: string
  tell(message: Exclude<ToService, 'counts'>): void
  counts(): Promise<Counts>
}

export interface RunningCallers {
  go(): void
  /** What they have seen until now. */
  seen(): Promise<Seen>
}

/** @returns resolves with what the process says first */
async function start(name: 'service' | 'caller', job: object): Promise<[ChildProcess, unknown]> {
  const file = fileURLToPath(new URL(`${name}.js`, import.meta.url))
  const child = fork(file, [JSON.stringify(job)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  return [child, await heard(child)]
}

/** The next thing that the process says. */
function heard(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      child.off('message', said)
      reject(new Error('a process of the bench has ended; what it said stands above'))
    }
    const said = (message: unknown): void => {
      child.off('exit', ended)
      resolve(message)
    }
    child.once('message', said).once('exit', ended)
  })
}

function asked(child: ChildProcess, question: string): Promise<unknown> {
  const answer = heard(child)
  child.send(question)
  return answer
}

/** Runs `of` beside a service and its callers, which end with it. */
export async function beside<T>(
  service: ServiceJob,
  callersOf: (url: string) => readonly CallerJob[],
  of: (service: RunningService, callers: RunningCallers) => Promise<T>,
): Promise<T> {
  const children: ChildProcess[] = []
  try {
    const [serving, port] = await start('service', service)
    children.push(serving)
    const url = `http://127.0.0.1:${Number(port)}/`
    // One after the other: all at once they would start as slowly, and later than asked.
    const calling: ChildProcess[] = []
    for (const job of callersOf(url)) {
      const [child] = await start('caller', job)
      children.push(child)
      calling.push(child)
    }
    return await of(
      {
        url,
        tell: (message) => void serving.send(message),
        counts: () => asked(serving, 'counts') as Promise<Counts>,
      },
      {
        go: () => calling.forEach((child) => void child.send('go')),
        async seen() {
          const all = (await Promise.all(calling.map((child) => asked(child, 'report')))) as Seen[]
          return { calls: all.flatMap(({ calls }) => calls), attempts: all.flatMap(({ attempts }) => attempts) }
        },
      },
    )
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
}
