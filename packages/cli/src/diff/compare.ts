/**
 * Compare: which document is compared with which.
 *
 * @module
 */
import { diff, diffServices, type ServicesDiff } from '@truce/contract/diff'
import type { Contract } from '@truce/contract/document'
import { unusable } from '../failure.js'

/**
 * One document against one is a version against the next, whatever the services are called; sets are compared service
 * by service.
 *
 * @throws UnusableError where a set has two versions of one service: which of them is meant is not said
 */
export function compare(old: readonly Contract[], current: readonly Contract[]): ServicesDiff {
  for (const set of [old, current]) {
    const services = set.map(({ service }) => service)
    const twice = set.find(({ service }, at) => services.indexOf(service) !== at)
    if (twice) {
      const fix = 'Name a folder with one document a service'
      throw unusable(`${twice.file} is one of several versions of ${twice.service} on one side`, fix)
    }
  }
  const [[before], [after]] = [old, current]
  return old.length === 1 && current.length === 1 && before && after
    ? oneDocument(before, after)
    : diffServices(old, current)
}

function oneDocument(before: Contract, after: Contract): ServicesDiff {
  const changes = diff(before, after)
  const versions = { from: before.version, to: after.version }
  return { ...changes, services: [{ service: after.service, versions, ...changes }] }
}
