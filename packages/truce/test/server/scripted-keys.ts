/**
 * Scripted keys: a keyed feature of a few lines, to see what adapters make of one. It remembers in a Map.
 *
 * @module
 */
import type { Answer, Incoming, KeyedFeature, KeyedRun, RequestContext } from 'truce/server'

export interface ScriptedKeys extends KeyedFeature<'keys'> {
  /** What was asked of it, in order. */
  readonly log: string[]
  readonly payloads: unknown[]
  readonly kept: Map<string, Answer>
  /** Awaited before an answer is recorded. */
  beforeRecord: () => Promise<void>
  /** What is recorded instead of the handler's own answer. */
  overtakenBy: Answer | undefined
  /** Does it answer for what handlers throw? */
  answersErrors: boolean
  /** Gives the newest run up, whose handler still works. */
  giveUp: () => void
}

/** @param largest bytes of an answer that are held */
export function scriptedKeys(largest = 1_024): ScriptedKeys {
  const running = new Set<string>()
  const keys: ScriptedKeys = {
    log: [],
    payloads: [],
    kept: new Map(),
    beforeRecord: async () => {},
    overtakenBy: undefined,
    answersErrors: false,
    giveUp: () => {},
    operation: () => ({ receive: (incoming, context) => receive(incoming, context) }),
  }

  function receive(incoming: Incoming, context: RequestContext): KeyedRun | Answer | undefined {
    const key = incoming.header('idempotency-key')
    if (key === undefined) return undefined
    if (key.includes(',')) return text(400, 'two keys')
    context.key = key
    return run(incoming, context, key)
  }

  function run(incoming: Incoming, context: RequestContext, key: string): KeyedRun {
    let replayed = false
    const settle = (answer: Answer | undefined): Answer | undefined => {
      running.delete(key)
      if (answer) keys.kept.set(key, answer)
      return answer
    }
    return {
      largest,
      headers: [['idempotency-ttl', '60']],
      gaveUp: new Promise((resolve) => (keys.giveUp = () => resolve(text(409, 'nobody knows')))),
      get replayed() {
        return replayed
      },
      async begin() {
        keys.log.push(`begin ${key}`)
        const kept = keys.kept.get(key)
        if (kept) {
          replayed = true
          return { ...kept, headers: [...kept.headers.filter(([name]) => name !== 'set-cookie'), REPLAYED] }
        }
        if (running.has(key)) return text(409, 'in progress')
        running.add(key)
        try {
          keys.payloads.push(await incoming.payload(4_096))
        } catch (error) {
          running.delete(key)
          return text(413, (error as Error).name)
        }
        context.work = {
          signal: new AbortController().signal,
          fence: 1,
          takeover: false,
          derive: (step) => `${key}/${step}`,
        }
        return undefined
      },
      async end(answer) {
        await keys.beforeRecord()
        keys.log.push(`end ${key} ${answer.status} ${answer.body === undefined ? 'none' : answer.body.length}`)
        return settle(keys.overtakenBy ?? answer) as Answer
      },
      async threw(error) {
        keys.log.push(`threw ${key} ${(error as Error).message}`)
        return keys.answersErrors ? settle(text(422, 'refused for good')) : settle(undefined)
      },
    }
  }
  return keys
}

const REPLAYED = ['idempotent-replayed', 'true'] as const

function text(status: number, body: string): Answer {
  return { status, headers: [['content-type', 'text/plain']], body: new TextEncoder().encode(body) }
}
