/**
 * Estimate: what a simulation will take, before it takes it.
 *
 * A rate with three zeros too many is a typo, and a machine that swaps for an hour is a bad way to tell.
 *
 * @module
 */
import { MOST_SUBJECTS } from './model/events.js'
import type { CallersModel, Scenario, StrategyModel } from './scenario/model.js'

export interface Estimate {
  /** Closed callers. */
  readonly callers: number
  /** Of all strategies and seeds, attempts that fail included. */
  readonly events: number
  readonly seconds: number
  readonly bytes: number
  /** More than the simulator can name, whatever the machine. */
  readonly impossible: boolean
  /** Takes more than is sensible unasked. */
  readonly unreasonable: boolean
}

/** Measured on two shared cores of a server, on the careful side. */
const EVENTS_PER_SECOND = 500_000
const BYTES_PER_CALLER = 120
/** 1.5 kB where it calls now and then; more where its windows have something in each bucket. */
const BYTES_PER_PROCESS = 2_000
/** Of a second of simulated time, in each flow and timeline. */
const BYTES_PER_SECOND = 120
const AT_MOST = Object.freeze({ seconds: 1_800, bytes: 4e9 })

/** Attempts of a call that one may expect: not all fail, but in an outage many do. */
const expectedAttempts = ({ attempts }: StrategyModel): number => Math.min(3, attempts)

/**
 * What `simulate` will take for this, about.
 *
 * @example
 * estimate(scenario).seconds // 3
 */
export function estimate(scenario: Scenario, seeds = 1): Estimate {
  const { durationMs, dependencies, strategies } = scenario
  const callers = scenario.callers.reduce((sum, each) => sum + closedCallers(each), 0)
  const calls = scenario.callers.reduce((sum, each) => sum + callsOf(each, scenario), 0)
  const below = dependencies.reduce((sum, { calls: own }) => sum + own.reduce((all, { times }) => all + times, 0), 0)
  const attempts = strategies.reduce((sum, strategy) => sum + expectedAttempts(strategy), 0)
  const events = Math.ceil(calls * (1 + 2 * attempts * (1 + below))) * seeds
  const processes = scenario.callers.reduce((sum, { instances }) => sum + instances, 0)
  const timelines = (durationMs / 1_000) * BYTES_PER_SECOND * (1 + dependencies.length)
  const bytes = callers * BYTES_PER_CALLER + processes * BYTES_PER_PROCESS + timelines + 5e7
  const seconds = events / EVENTS_PER_SECOND
  return {
    callers,
    events,
    seconds,
    bytes,
    impossible: Math.max(callers, processes) >= MOST_SUBJECTS,
    unreasonable: seconds > AT_MOST.seconds || bytes > AT_MOST.bytes,
  }
}

const closedCallers = ({ arrivals, instances }: CallersModel): number =>
  arrivals.kind === 'closed' ? instances * arrivals.each : 0

function callsOf(callers: CallersModel, { durationMs }: Scenario): number {
  const { arrivals } = callers
  switch (arrivals.kind) {
    case 'closed':
      return closedCallers(callers) * (arrivals.once ? 1 : 1 + durationMs / Math.max(1, arrivals.think))
    case 'recorded':
      return arrivals.at.length
    case 'open':
      return (arrivals.rates.reduce((most, { rate }) => Math.max(most, rate), 0) * durationMs) / 1_000
  }
}
