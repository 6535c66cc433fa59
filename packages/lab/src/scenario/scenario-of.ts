/**
 * Scenario of a document: units read, presets applied, names resolved.
 *
 * @module
 */
import path from 'node:path'
import { durationOf, offsetOf, pathText, type Problems, rateOf, shareOf, type Tree } from '@truce/contract/document'
import type { FailureClass } from 'truce/policy'
import type { Written } from '../schema/document.js'
import type { Arrivals, CallersModel, DependencyModel, Distribution, Fault, FaultKind, Scenario } from './model.js'
import { readRecorded } from './recorded.js'
import { strategyOf } from './strategy-of.js'

type WrittenDependency = Written['dependencies'][string]
type WrittenCallers = Written['callers'][string]

interface Place {
  readonly tree: Tree
  readonly problems: Problems
}

const DEFAULTS = Object.freeze({ seed: 1, queue: 1_000, originals: 400, retries: 100, acquireTimeout: 1_000 })

/** @returns `undefined` where a file that it names cannot be used; `problems` says why */
export function scenarioOf(written: Written, file: string, place: Place): Scenario | undefined {
  const names = Object.keys(written.dependencies)
  const index = (name: string) => names.indexOf(name)
  const callers: CallersModel[] = []
  for (const [name, each] of Object.entries(written.callers)) {
    const arrivals = arrivalsOf(each, path.dirname(file), (message, fix) => {
      const way = ['callers', name, 'arrivals', 'recorded']
      place.problems.add(offsetOf(place.tree, way), pathText(way), message, fix)
    })
    if (arrivals === undefined) return undefined
    callers.push(callersOf(name, each, arrivals, index))
  }
  return {
    name: written.name,
    file,
    seed: written.seed ?? DEFAULTS.seed,
    durationMs: durationOf(written.for),
    dependencies: Object.entries(written.dependencies).map(([name, each]) => dependencyOf(name, each, index)),
    callers,
    strategies: Object.entries(written.strategies).map(([name, each]) => strategyOf(name, each)),
  }
}

function dependencyOf(name: string, written: WrittenDependency, index: (name: string) => number): DependencyModel {
  const { admits, admission, loaded } = written
  return {
    name,
    workers: written.workers,
    queue: written.queue ?? DEFAULTS.queue,
    service: distributionOf(written.service),
    loaded: loaded && { queued: shareOf(loaded.queued ?? 0), inFlight: durationOf(loaded.inFlight ?? 0) },
    network: written.network && distributionOf(written.network),
    calls: Object.entries(written.calls ?? {}).map(([called, { times = 1, strategy = 'same', peer = false }]) => ({
      dependency: index(called),
      times,
      strategy: strategy === 'same' ? undefined : strategyOf(`${name}→${called}`, strategy),
      peer,
    })),
    instances: written.instances ?? 1,
    deadlines: written.deadlines ?? false,
    admits: admits && {
      rate: rateOf(admits.rate),
      burst: admits.burst ?? Math.max(1, Math.round(rateOf(admits.rate))),
    },
    admission: admissionOf(admission),
    faults: (written.faults ?? []).flatMap(faultsOf),
  }
}

function admissionOf(written: WrittenDependency['admission']): DependencyModel['admission'] {
  if (written === undefined || written === false) return undefined
  const { originals = DEFAULTS.originals, retries = DEFAULTS.retries } = written === true ? {} : written
  return { originals: durationOf(originals), retries: durationOf(retries) }
}

function distributionOf(written: WrittenDependency['service']): Distribution {
  const ms = (value: string | number | undefined) => durationOf(value ?? 0)
  switch (written.kind) {
    case 'constant':
      return { kind: 'constant', value: ms(written.value) }
    case 'exponential':
      return { kind: 'exponential', mean: ms(written.mean) }
    case 'lognormal':
      return { kind: 'lognormal', p50: ms(written.p50), p99: ms(written.p99) }
  }
}

/** One entry may say several things: each is a fault of its own. */
function faultsOf(written: NonNullable<WrittenDependency['faults']>[number]): readonly Fault[] {
  const at = durationOf(written.at)
  const span = { at, until: at + durationOf(written.for), share: shareOf(written.share ?? 1) }
  const kinds: FaultKind[] = []
  if (written.down === true) kinds.push({ is: 'down', hang: written.hang ?? false })
  if (written.frozen === true) kinds.push({ is: 'frozen' })
  if (written.errors !== undefined) {
    const failure: FailureClass = written.class ?? 'internal'
    kinds.push({ is: 'errors', share: shareOf(written.errors), class: failure })
  }
  if (written.slow !== undefined) kinds.push({ is: 'slow', times: written.slow })
  if (written.workers !== undefined) kinds.push({ is: 'workers', left: written.workers })
  if (written.lostAnswers !== undefined) kinds.push({ is: 'lost', share: shareOf(written.lostAnswers) })
  return kinds.map((kind) => ({ ...span, kind }))
}

function callersOf(
  name: string,
  written: WrittenCallers,
  arrivals: Arrivals,
  index: (name: string) => number,
): CallersModel {
  const dot = written.calls.indexOf('.')
  return {
    name,
    instances: arrivals.kind === 'recorded' ? Math.max(1, instancesOf(arrivals.instances)) : (written.instances ?? 1),
    arrivals,
    dependency: index(written.calls.slice(0, dot)),
    operation: written.calls.slice(dot + 1),
    effect: written.effect ?? 'read',
    idempotent: written.idempotent ?? false,
    pool: written.pool && {
      size: written.pool.size,
      acquireTimeout: durationOf(written.pool.acquireTimeout ?? DEFAULTS.acquireTimeout),
    },
  }
}

const instancesOf = (instances: Int32Array): number => instances.reduce((most, each) => Math.max(most, each + 1), 0)

type Refuse = (message: string, fix: string) => void

function arrivalsOf(written: WrittenCallers, folder: string, refuse: Refuse): Arrivals | undefined {
  const { closed, open, recorded, think, once = false, start } = written.arrivals
  if (recorded !== undefined) return readRecorded(path.resolve(folder, recorded), written.calls, refuse)
  if (closed !== undefined) {
    return { kind: 'closed', each: closed, think: durationOf(think ?? 0), once, startNow: start === 'now' }
  }
  const points = Array.isArray(open) ? open : [{ at: 0, rate: open as string | number }]
  const rates = points.map((point) => ({ at: durationOf(point.at), rate: rateOf(point.rate) }))
  return { kind: 'open', rates: rates.toSorted((one, other) => one.at - other.at) }
}
