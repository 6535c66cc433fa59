/**
 * Two sets of documents, compared service by service.
 *
 * @module
 */
import type { Contract } from '../document/model.js'
import { type Changed, type Diff, diff } from './diff.js'

/** One service that is in both sets or in one. */
export interface ServiceDiff extends Diff {
  readonly service: string
  /** `null`: it has no document there. */
  readonly versions: { readonly from: number | null; readonly to: number | null }
}

/** What `truce diff` finds, for one service or for many. */
export interface ServicesDiff extends Diff {
  readonly services: readonly ServiceDiff[]
}

/**
 * Compares sets of documents by service. A service that came breaks nobody; one that went breaks its callers if it
 * still served something.
 *
 * @returns `versionRaised`: of all services with a breaking change (where there is none, of all that changed)
 */
export function diffServices(from: readonly Contract[], to: readonly Contract[]): ServicesDiff {
  const before = byService(from)
  const after = byService(to)
  const services = [...new Set([...before.keys(), ...after.keys()])].toSorted().map((service) => {
    const [old, current] = [before.get(service), after.get(service)]
    const versions = { from: old?.version ?? null, to: current?.version ?? null }
    return { service, versions, ...changesOf(old, current) }
  })
  const breaking = services.filter((each) => each.breaking.length > 0)
  const changed = services.filter((each) => each.compatible.length > 0)
  const asked = breaking.length > 0 ? breaking : changed
  return {
    breaking: services.flatMap((each) => each.breaking),
    compatible: services.flatMap((each) => each.compatible),
    versionRaised: asked.length > 0 && asked.every(({ versionRaised }) => versionRaised),
    services,
  }
}

const byService = (contracts: readonly Contract[]) => new Map(contracts.map((each) => [each.service, each]))

function changesOf(from: Contract | undefined, to: Contract | undefined): Diff {
  if (from && to) return diff(from, to)
  if (to) return { breaking: [], compatible: [presence(to, 'new')], versionRaised: true }
  if (!from) return { breaking: [], compatible: [], versionRaised: false }
  const gone = presence(from, 'gone')
  const serves = from.serves.size > 0
  return { breaking: serves ? [gone] : [], compatible: serves ? [] : [gone], versionRaised: false }
}

function presence(contract: Contract, which: 'new' | 'gone'): Changed {
  const { service, file, serves } = contract
  const reason = serves.size > 0 ? ': whoever calls it finds it gone' : ', and served nobody'
  return {
    rule: 'document',
    at: service,
    from: which === 'new' ? null : service,
    to: which === 'new' ? service : null,
    message: which === 'new' ? `${service} has a document now.` : `${service} has no document any more${reason}.`,
    side: 'callers',
    service,
    file,
    ...contract.at([]),
  }
}
