/**
 * Sense: what the schema cannot say, because it needs more than one field.
 *
 * Every one of these would be refused by the guard that is built from the document, at the start of a service. Here
 * it is found by whoever writes the document. What is unwise, but can be built, is for the rules of `check`.
 *
 * @module
 */
import { BREAKER } from 'truce/policy'
import type { Written } from '../schema/document.js'
import { durationOf, shareOf } from './forms.js'
import type { Contract, Depended, Operation, Path } from './model.js'
import type { Problems } from './problem.js'
import { pathText } from './tree.js'

/** Says that the member at `path`, below the place that is looked at, contradicts another. */
type Refuse = (path: Path, message: string, fix: string) => void

/** @param contract of what was written */
export function checkSense(contract: Contract, written: Written, problems: Problems): void {
  for (const depended of contract.depends.values()) {
    const refuse: Refuse = (below, message, fix) => {
      const path = [...depended.path, ...below]
      problems.add(contract.at(path), pathText(path), `${pathText(path)} ${message}`, fix)
    }
    dependency(depended, written.depends?.[depended.name] ?? {}, refuse)
    for (const operation of depended.operations.values()) {
      operationSense(contract, operation, (below, message, fix) =>
        refuse(['operations', operation.name, ...below], message, fix),
      )
    }
  }
}

type WrittenDepended = NonNullable<Written['depends']>[string]

function dependency({ deliveries, broker }: Depended, written: WrittenDepended, refuse: Refuse): void {
  if (deliveries !== undefined && broker === undefined) {
    refuse(['deliveries'], 'limits deliveries where there is no broker', 'name the broker, or leave it out')
  }
  if (typeof written.budget === 'object') {
    const shares = Object.values(written.budget.classes ?? {}).map((part = 0) => shareOf(part))
    const sum = shares.reduce((all, each) => all + each, 0)
    if (sum > 1) refuse(['budget', 'classes'], `are together ${percent(sum)}`, 'write shares of together at most 100%')
  }
  if (typeof written.breaker === 'object') breaker(written.breaker, refuse)
  if (typeof written.concurrency === 'object') concurrency(written.concurrency, refuse)
  partitions(written, refuse)
}

/** What a kind of breaker does not read. */
const UNREAD = {
  consecutive: ['size', 'window', 'failureRate', 'openRate', 'minimumCalls', 'slowCall', 'slowRate'],
  count: ['failures', 'window'],
  time: ['failures', 'size'],
} as const

function breaker(written: Exclude<WrittenDepended['breaker'], 'none' | undefined>, refuse: Refuse): void {
  const kind = written.kind ?? 'time'
  for (const field of UNREAD[kind]) {
    if (written[field] === undefined) continue
    refuse(['breaker', field], `is not read by a breaker of kind ${kind}`, 'leave it out, or write another kind')
  }
  const size = written.size ?? BREAKER.size
  const minimumCalls = written.minimumCalls ?? BREAKER.minimumCalls
  if (kind === 'count' && minimumCalls > size) {
    const field = written.minimumCalls === undefined ? 'size' : 'minimumCalls'
    const fix = 'write a minimumCalls of at most size'
    refuse(['breaker', field], `makes it wait for ${minimumCalls} outcomes and remember ${size}: it never opens`, fix)
  }
  const failureRate = shareOf(written.failureRate ?? BREAKER.failureRate)
  const openRate = written.openRate === undefined ? undefined : shareOf(written.openRate)
  if (openRate !== undefined && openRate < failureRate) {
    refuse(
      ['breaker', 'openRate'],
      `is below failureRate (${percent(failureRate)})`,
      `write at least ${percent(failureRate)}`,
    )
  }
  const probes = written.probes ?? BREAKER.probes
  if (written.closeAfter !== undefined && written.closeAfter > probes) {
    refuse(['breaker', 'closeAfter'], `is more than probes (${probes}): it never closes`, `write at most ${probes}`)
  }
  const cooldown = durationOf(written.cooldown ?? BREAKER.cooldown)
  if (written.cooldownMax !== undefined && durationOf(written.cooldownMax) < cooldown) {
    refuse(['breaker', 'cooldownMax'], `is shorter than cooldown (${cooldown} ms)`, `write at least ${cooldown}ms`)
  }
}

type WrittenConcurrency = Extract<WrittenDepended['concurrency'], object>

function concurrency(written: WrittenConcurrency, refuse: Refuse): void {
  if (written.limit !== 'adaptive') {
    for (const field of ['min', 'max', 'initial'] as const) {
      if (written[field] === undefined) continue
      refuse(['concurrency', field], 'is read with limit: adaptive only', 'leave it out, or write limit: adaptive')
    }
    return
  }
  const min = written.min ?? 1
  const max = written.max ?? Math.max(min, 1_000)
  if (max < min) refuse(['concurrency', 'max'], `is below min (${min})`, `write at least ${min}`)
  const { initial } = written
  if (initial !== undefined && (initial < min || initial > max)) {
    refuse(['concurrency', 'initial'], `is not from ${min} to ${max}`, `write ${Math.min(max, Math.max(min, initial))}`)
  }
}

function partitions({ partition: own, operations = {} }: WrittenDepended, refuse: Refuse): void {
  let counts = own === undefined ? undefined : JSON.stringify(own)
  for (const [name, { partition }] of Object.entries(operations)) {
    if (partition === undefined) continue
    counts ??= JSON.stringify(partition)
    if (JSON.stringify(partition) === counts) continue
    const message = 'differs from the partition of another operation, and one counts for the whole dependency'
    refuse(['operations', name, 'partition'], message, 'write it once, at the dependency')
  }
}

function operationSense(contract: Contract, operation: Operation, refuse: Refuse): void {
  const written = (field: string) => contract.written([...operation.path, field])
  const { backoff, exhausted, fallback, hedge, adaptiveTimeout } = operation
  if (backoff !== 'none' && backoff.max < backoff.initial) {
    refuse(['backoff', 'max'], `is shorter than initial (${backoff.initial} ms)`, `write at least ${backoff.initial}ms`)
  }
  if (written('idle') && operation.use !== 'stream') {
    refuse(['idle'], 'is read with use: stream only', 'write use: stream, or leave it out')
  }
  const falls = exhausted?.kind === 'fallback' || exhausted?.kind === 'cached'
  if (fallback !== undefined && !falls) {
    refuse(
      ['fallback'],
      `never stands in with exhausted: ${exhausted?.kind}`,
      'write exhausted: fallback, or leave it out',
    )
  }
  if (written('degradeWhen') && !falls) {
    refuse(['degradeWhen'], 'has nothing that could stand in', 'write a fallback, or exhausted: { cached: … }')
  }
  if (hedge !== undefined) {
    const longest = Math.min(operation.attemptTimeout, operation.deadline)
    if (operation.attempts === 1) refuse(['hedge'], 'is an attempt too, and there is one', 'write attempts: 2 or more')
    if (typeof hedge.after === 'number' && hedge.after >= longest) {
      refuse(['hedge', 'after'], `never goes out: an attempt may take ${longest} ms`, `write less than ${longest}ms`)
    }
  }
  if (adaptiveTimeout === undefined) return
  const max = operation.attemptTimeout
  const { min } = adaptiveTimeout
  if (min !== undefined && durationOf(min) > max) {
    refuse(['attemptTimeout', 'min'], `is longer than its max (${max} ms)`, `write at most ${max}ms`)
  }
}

const percent = (share: number): string => `${Number((share * 100).toFixed(6))}%`
