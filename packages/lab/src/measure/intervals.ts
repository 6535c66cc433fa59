/**
 * Intervals: means over seeds, and how sure they are.
 *
 * @module
 */
import type { StrategyResult } from './result.js'

/** Student's t, two-sided 95 %, by degrees of freedom; beyond the table the normal's is near enough. */
const T95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
]

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Half of the 95 % confidence interval of the mean; 0 for one value. */
export function halfWidth(values: readonly number[]): number {
  const n = values.length
  if (n < 2) return 0
  const mean = meanOf(values)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  return (T95[n - 2] ?? 1.96) * Math.sqrt(variance / n)
}

/** Means of several seeds, and their half-widths. What one seed has no number for (never recovered) none of them has. */
export function combined(results: readonly StrategyResult[]): StrategyResult {
  const [first] = results
  if (first === undefined) throw new RangeError('combined: no result')
  if (results.length === 1) return first
  const ci95: Record<string, number> = {}
  const fields = Object.entries(first).map(([name, value]): [string, unknown] => {
    if (typeof value === 'object' && value !== null) return [name, value]
    const values = results.map((result) => result[name as keyof StrategyResult])
    if (!values.every((each) => typeof each === 'number')) return [name, null]
    ci95[name] = halfWidth(values)
    return [name, meanOf(values)]
  })
  return {
    ...(Object.fromEntries(fields) as unknown as StrategyResult),
    stops: meanRecord(results.map(({ stops }) => stops)),
    dependencies: Object.fromEntries(
      Object.keys(first.dependencies).map((name) => [
        name,
        meanRecord(
          results.map(({ dependencies }) => ({ ...dependencies[name] })),
        ) as unknown as StrategyResult['dependencies'][string],
      ]),
    ),
    ci95,
  }
}

/** What some of them do not have is 0 there. */
function meanRecord(records: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))].toSorted()
  return Object.fromEntries(names.map((name) => [name, meanOf(records.map((record) => record[name] ?? 0))]))
}
