/**
 * Grouped: `Map.groupBy`, which Node 20 does not have.
 *
 * @module
 */

/** Groups in the order of their first members. */
export function grouped<T>(all: Iterable<T>, by: (each: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const each of all) {
    const group = groups.get(by(each))
    if (group) group.push(each)
    else groups.set(by(each), [each])
  }
  return groups
}
