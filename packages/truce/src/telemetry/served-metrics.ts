/**
 * Served metrics: what this process serves, and how its admission is.
 *
 * A service is told from what it calls by the label `dependency`: in the metrics of its admission it is its own name, as
 * in the records of its side.
 *
 * @module
 */
import { distribution, type Labels, type Metric, type Sample } from './metric.js'
import { type AdmissionGauges, admissions, type RefusalReason, served, type ServedCounters } from './served.js'

const labelsOf = ({ service, operation }: ServedCounters): Labels => ({ service, operation })

export function servedMetrics(): Metric[] {
  const operations = served()
  const metric = (
    type: 'counter' | 'gauge',
    name: string,
    help: string,
    read: (counters: ServedCounters) => number,
  ): Metric => ({ name, type, help, values: operations.map((of) => ({ labels: labelsOf(of), value: read(of) })) })
  return [
    metric('counter', 'requests_total', 'Requests that came, refused ones included.', (of) => of.requests),
    metric('gauge', 'requests_in_flight', 'Requests under way.', ({ inFlight }) => inFlight),
    {
      name: 'admission_refused_total',
      type: 'counter',
      help: 'Requests answered without running their handler, by reason.',
      values: operations.flatMap(refusals),
    },
    {
      name: 'queue_wait_seconds',
      type: 'histogram',
      help: 'How long requests that were let in had waited for their turn.',
      values: operations.flatMap((of) => (of.waits ? [distribution(labelsOf(of), of.waits)] : [])),
    },
    {
      name: 'load',
      type: 'gauge',
      help: 'Share of its capacity that a service has in use; above 1 where requests wait.',
      values: admissionSamples(({ load }) => load),
    },
    metric(
      'counter',
      'abandoned_work_seconds_total',
      'Time that handlers worked on after their caller had left or their time was up.',
      ({ abandonedMs }) => abandonedMs / 1_000,
    ),
  ]
}

/** Of each admission, labelled as what it is for its callers: a dependency. */
export function admissionSamples(read: (gauges: AdmissionGauges) => number): Sample[] {
  return admissions().map(({ service, read: gauges }) => ({
    labels: { service, dependency: service },
    value: read(gauges()),
  }))
}

/** Reasons that never occurred have no series. */
function refusals(of: ServedCounters): Sample[] {
  return (Object.entries(of.refused) as [RefusalReason, number][])
    .filter(([, value]) => value > 0)
    .map(([reason, value]) => ({ labels: { ...labelsOf(of), reason }, value }))
}
