/**
 * Sense: fields that are right by themselves and wrong together.
 *
 * @module
 */
import { offsetOf, pathText, type Problems, type Tree } from '@truce/contract/document'
import type { Written } from '../schema/document.js'
import { meant, type Path, type Say } from './saying.js'
import { checkLike } from './sense-of-like.js'

export function checkSense(tree: Tree, written: Written, problems: Problems): void {
  const say: Say = (path, message, fix) => problems.add(offsetOf(tree, path), pathText(path), message, fix)
  const dependencies = Object.entries(written.dependencies)
  if (dependencies.length === 0) say(['dependencies'], 'there is no dependency', 'model at least one')
  if (Object.keys(written.callers).length === 0) say(['callers'], 'nobody calls', 'write at least one caller')
  if (Object.keys(written.strategies).length === 0) say(['strategies'], 'there is no strategy', 'write at least one')
  const known = dependencies.map(([name]) => name)
  for (const [name, dependency] of dependencies) {
    const path = ['dependencies', name]
    checkService(dependency.service, [...path, 'service'], say)
    if (dependency.network) checkService(dependency.network, [...path, 'network'], say)
    for (const [called, { strategy }] of Object.entries(dependency.calls ?? {})) {
      const way = [...path, 'calls', called]
      if (!known.includes(called)) say(way, `there is no dependency ${called}`, meant(called, known))
      if (typeof strategy === 'object') checkStrategy(strategy, [...way, 'strategy'], say)
    }
    for (const [i, fault] of (dependency.faults ?? []).entries()) checkFault(fault, [...path, 'faults', i], say)
  }
  for (const cycle of cycles(written)) {
    const [from = '', to = from] = cycle
    const way = [...cycle, from].join(' → ')
    say(['dependencies', from, 'calls', to], `${from} calls itself: ${way}`, 'leave one of these calls out')
  }
  for (const [name, callers] of Object.entries(written.callers)) {
    checkArrivals(callers.arrivals, ['callers', name, 'arrivals'], say)
    const [called = ''] = callers.calls.split('.', 1)
    if (!known.includes(called))
      say(['callers', name, 'calls'], `there is no dependency ${called}`, meant(called, known))
  }
  for (const [name, strategy] of Object.entries(written.strategies)) checkStrategy(strategy, ['strategies', name], say)
}

type WrittenDependency = Written['dependencies'][string]

const NEEDS = { constant: ['value'], exponential: ['mean'], lognormal: ['p50', 'p99'] } as const

function checkService(service: WrittenDependency['service'], path: Path, say: Say): void {
  const needs: readonly string[] = NEEDS[service.kind]
  for (const field of needs) {
    if (!(field in service))
      say(path, `${service.kind} needs ${field}`, `write { kind: ${service.kind}, ${field}: 20ms }`)
  }
  for (const field of ['value', 'mean', 'p50', 'p99']) {
    if (field in service && !needs.includes(field)) {
      say([...path, field], `${service.kind} has no ${field}`, `it has ${needs.join(' and ')}`)
    }
  }
}

const KINDS = ['down', 'frozen', 'errors', 'slow', 'workers', 'lostAnswers'] as const

function checkFault(fault: NonNullable<WrittenDependency['faults']>[number], path: Path, say: Say): void {
  const kinds = KINDS.filter((kind) => fault[kind] !== undefined && fault[kind] !== false)
  if (kinds.length === 0) say(path, 'this fault changes nothing', `say one of ${KINDS.join(', ')}`)
  if (fault.hang !== undefined && fault.down !== true)
    say([...path, 'hang'], 'hang goes with down', 'write down: true, hang: true')
  if (fault.class !== undefined && fault.errors === undefined)
    say([...path, 'class'], 'class goes with errors', 'write errors: 30%')
  if (fault.share !== undefined && (kinds.includes('workers') || kinds.includes('frozen'))) {
    say([...path, 'share'], 'a share is of attempts: workers and frozen concern all of them', 'leave share out')
  }
}

function checkArrivals(arrivals: Written['callers'][string]['arrivals'], path: Path, say: Say): void {
  const kinds = (['closed', 'open', 'recorded'] as const).filter((kind) => arrivals[kind] !== undefined)
  if (kinds.length !== 1)
    say(
      path,
      kinds.length === 0 ? 'it says not how calls come' : `it is ${kinds.join(' and ')}`,
      'say one of closed, open, recorded',
    )
  for (const field of ['think', 'once', 'start'] as const) {
    if (arrivals[field] !== undefined && arrivals.closed === undefined) {
      say([...path, field], `${field} goes with closed`, 'write closed: 1, or leave it out')
    }
  }
  const endless = arrivals.closed !== undefined && arrivals.once !== true && arrivals.think === undefined
  if (endless) say(path, 'closed callers that never think call without end', 'write think: 1s, or once: true')
}

function checkStrategy(strategy: Written['strategies'][string], path: Path, say: Say): void {
  const { breaker } = strategy
  checkLike(strategy, path, say)
  if (typeof breaker !== 'object') return
  const { probes = 3, closeAfter = 1 } = breaker
  if (closeAfter > probes)
    say(
      [...path, 'breaker', 'closeAfter'],
      `closeAfter is ${closeAfter}, probes ${probes}`,
      'at most as many as probes',
    )
}

/** Each cycle of calls once, as the names on it. */
function cycles({ dependencies }: Written): readonly (readonly string[])[] {
  const found: string[][] = []
  const done = new Set<string>()
  const walk = (name: string, way: readonly string[]): void => {
    const at = way.indexOf(name)
    if (at >= 0) return void found.push(way.slice(at))
    if (done.has(name)) return
    for (const called of Object.keys(dependencies[name]?.calls ?? {})) walk(called, [...way, name])
    done.add(name)
  }
  for (const name of Object.keys(dependencies)) walk(name, [])
  return found
}
