/**
 * A service under the shipped admission, in virtual time: Poisson arrivals, so many workers, one queue inside.
 *
 * Who is refused does not come back. Seeded: the figures are the same in every run.
 *
 * @module
 */
import {
  Admission,
  ADMISSION,
  type AdmissionSettings,
  Arrival,
  type PlaceLimit,
  QUEUED,
} from '../../src/policy/index.js'
import { Agenda, type Random, seeded, SERVICE } from '../limits/queue.js'

export interface Phase {
  readonly seconds: number
  /** Arrivals a second. */
  readonly rate: number
  readonly workers: number
  /** Mean service time, ms. */
  readonly mean: number
  /** Workers that a neighbour takes for 2 s, every 6 s or so. */
  readonly noise?: number
}

/** One request; who makes it and what it needs is the test's. */
export class Request extends Arrival {
  at = 0
  enteredAt = 0
  work = 0
  phase = 0
}

export interface Run {
  readonly phases: readonly Phase[]
  readonly service?: (u: Random) => number
  readonly seed?: number
  readonly settings?: Partial<AdmissionSettings>
  readonly limit?: (settings: AdmissionSettings, oracle: () => number) => PlaceLimit
  /** Says who calls, and until when it waits. */
  readonly says?: (request: Request, u: Random, now: number) => void
  readonly onServed?: (request: Request, now: number) => void
  readonly onRefused?: (request: Request, now: number) => void
  /** Looked at each 100 ms. */
  readonly sample?: (admission: Admission<Request>, now: number) => void
}

export interface Seen {
  /** Served in time, of what could be. */
  readonly score: number
  /** 99th percentile of what was served, from arrival to end, in mean service times. */
  readonly p99: number
  readonly served: number
  readonly arrived: number
}

/** What was seen in each phase. */
export function serve(run: Run): Seen[] {
  const { phases, service = SERVICE.lognormal, seed = 1, says, onServed, onRefused, sample } = run
  const [arrivals, work, neighbour] = [seeded(seed * 7_919), seeded(seed + 11), seeded(seed + 77)]
  const agenda = new Agenda()
  const ends = phases.map((_, i) => 1_000 * phases.slice(0, i + 1).reduce((sum, { seconds }) => sum + seconds, 0))
  const end = ends.at(-1) as number
  const index = () => Math.min(phases.length - 1, ends.filter((at) => at <= agenda.now).length)
  const phase = () => phases.at(index()) as Phase
  let taken = 0
  const settings = { ...ADMISSION, ...run.settings }
  const admission = new Admission<Request>(
    settings,
    run.limit?.(settings, () => Math.max(1, phase().workers - taken)),
  )
  const seen = phases.map(() => ({ arrived: 0, times: [] as number[] }))
  const inside: Request[] = []
  let head = 0
  let busy = 0
  let rings = Number.POSITIVE_INFINITY

  const workOn = () => {
    for (let request = inside.at(head); request && busy < phase().workers - taken; request = inside.at(head)) {
      const { work: needed } = request
      const ended = request
      head++
      busy++
      agenda.at(agenda.now + needed * phase().mean, () => {
        busy--
        done(ended)
        workOn()
      })
    }
  }
  const enter = (request: Request) => {
    request.enteredAt = agenda.now
    inside.push(request)
    workOn()
  }
  const done = (request: Request) => {
    if (agenda.now <= request.deadline) seen[request.phase]?.times.push(agenda.now - request.at)
    onServed?.(request, agenda.now)
    admission.served(request, agenda.now - request.enteredAt, agenda.now)
    look()
  }
  const look = () => {
    for (let next = admission.next(agenda.now); next; next = admission.next(agenda.now)) enter(next)
    for (let out = admission.expired(agenda.now); out; out = admission.expired(agenda.now)) onRefused?.(out, agenda.now)
    const at = Math.max(agenda.now, Math.ceil(admission.nextAt()))
    if (at >= rings) return
    rings = at
    agenda.at(at, () => {
      rings = Number.POSITIVE_INFINITY
      look()
    })
  }
  const arrive = () => {
    if (agenda.now >= end) return
    agenda.at(agenda.now - (Math.log(arrivals()) * 1_000) / phase().rate, arrive)
    const request = new Request()
    request.at = agenda.now
    request.phase = index()
    request.work = service(work)
    says?.(request, arrivals, agenda.now)
    ;(seen[request.phase] as { arrived: number }).arrived++
    const answer = admission.arrive(request, agenda.now)
    if (answer === undefined) enter(request)
    else if (answer !== QUEUED) {
      request.refusal = answer
      onRefused?.(request, agenda.now)
    }
    look()
  }
  const flip = () => {
    taken = taken > 0 ? 0 : (phase().noise ?? 0)
    workOn()
    if (agenda.now < end) agenda.at(agenda.now + (taken > 0 ? 2_000 : 4_000) * (0.5 + neighbour()), flip)
  }
  const tick = () => {
    sample?.(admission, agenda.now)
    if (agenda.now < end) agenda.at(agenda.now + 100, tick)
  }
  agenda.at(0, arrive)
  if (phases.some(({ noise }) => noise)) agenda.at(3_000, flip)
  if (sample) agenda.at(0, tick)
  while (agenda.now < end + 5_000 && agenda.step());
  return phases.map(({ rate, workers, mean, noise = 0 }, i) => {
    const { arrived, times } = seen.at(i) ?? { arrived: 0, times: [] }
    const capacity = ((workers - noise / 3) * 1_000) / mean
    times.sort((a, b) => a - b)
    const score = Math.min(1, times.length / arrived / Math.min(1, capacity / rate))
    return { score, p99: (times[Math.floor(times.length * 0.99)] ?? 0) / mean, served: times.length, arrived }
  })
}
