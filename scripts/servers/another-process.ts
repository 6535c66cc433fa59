import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

/** Runs a module in a process of its own, which a test may kill; `process.send` there is `told` here. */
export function anotherProcess(module: string, env: Record<string, string> = {}): ChildProcess {
  const args = ['--input-type=module', '--eval', module]
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** The next that it sends; fails when it ends before. */
export async function told(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`It ended with ${String(code)} and told nothing.`)
  })
  const [message] = await Promise.race([once(child, 'message'), ended])
  return message
}

/** Is there a process of that number? */
export function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
