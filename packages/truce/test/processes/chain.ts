/**
 * A chain of services, each a process of its own: gateway → order → shipping → inventory.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const SERVICE = fileURLToPath(new URL('service.mjs', import.meta.url))
/** Outermost first; the last does the work. */
const NAMES = ['gateway', 'order', 'shipping', 'inventory'] as const
export type Name = (typeof NAMES)[number]

export interface Shape {
  readonly stack: 'truce' | 'by-hand'
  readonly budget: 'none' | 'default'
  readonly behaves: 'down' | 'slow' | number
  /** Of each call of a service to the one below, ms. */
  readonly attemptTimeout: (place: number) => number
  readonly deadline: (place: number) => number
}

export interface Report {
  readonly requests: number
  /** s that handlers worked on for nobody. */
  readonly abandoned: number
  readonly works: readonly { readonly told: number | null; readonly worked: number; readonly end: string }[]
}

/** Of each call in a chain without budgets. */
export const ATTEMPTS = 3

export interface Chain {
  /** Of the outermost. */
  readonly url: string
  report(of: Name): Promise<Report>
  behave(of: Name, behaves: Shape['behaves']): Promise<Report>
  /** SIGKILL. */
  kill(name: Name): Promise<void>
  end(): Promise<void>
}

export async function startChain(shape: Shape): Promise<Chain> {
  const processes = new Map<Name, ChildProcess>()
  let below: { name: string; url: string } | undefined
  for (const [place, name] of [...NAMES.entries()].toReversed()) {
    const settings = {
      name,
      below,
      stack: shape.stack,
      budget: shape.budget,
      behaves: shape.behaves,
      attempts: ATTEMPTS,
      attemptTimeout: shape.attemptTimeout(place),
      deadline: shape.deadline(place),
    }
    const child = fork(SERVICE, [JSON.stringify(settings)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    processes.set(name, child)
    const [{ port }] = (await once(child, 'message')) as [{ port: number }]
    below = { name, url: `http://127.0.0.1:${port}/` }
  }
  const ask = async (name: Name, message: object): Promise<Report> => {
    const child = processes.get(name) as ChildProcess
    const answered = once(child, 'message') as Promise<[{ report: Report }]>
    child.send(message)
    return (await answered)[0].report
  }
  const kill = async (name: Name): Promise<void> => {
    const child = processes.get(name) as ChildProcess
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  return {
    url: (below as { url: string }).url,
    report: (of) => ask(of, {}),
    behave: (of, behaves) => ask(of, { behaves }),
    kill,
    end: async () => void (await Promise.all(NAMES.map(kill))),
  }
}
