/**
 * What a document promises a dependency as a whole, as fields.
 *
 * @module
 */
import { DETECTOR } from 'truce/policy'
import type { Concurrency, Depended, Layer } from '../document/model.js'
import { type Field, fieldsOf, namedFields } from './field.js'
import { operationFields } from './operation-fields.js'

export function dependedFields(depended: Depended): readonly Field[] {
  const { path, budget, breaker, partition } = depended
  const operations = [...depended.operations.values()].map(
    (operation) => [operation.name, 'called', operationFields(operation)] as const,
  )
  return fieldsOf('depends', path, (add) => {
    add('url', depended.url)
    add('broker', depended.broker)
    add('deliveries', depended.deliveries)
    add('peer', depended.peer)
    add('agreed', depended.agreed)
    add('budget', budget === 'none' ? 'none' : 'on', budgetFields(depended))
    add('governor', depended.governor === 'none' ? 'none' : 'on')
    add('breaker', breaker === 'none' ? 'none' : 'on', breakerFields(path, breaker))
    add('concurrency', kindOfLimit(depended.concurrency), concurrencyFields(path, depended.concurrency))
    add('partition', partition && 'on', partitionFields(depended))
    add('mode', depended.mode)
    if (depended.layers.length > 1) add('layers', inOrder(depended.layers))
  })
    .concat(layerFields(path, depended.layers))
    .concat(namedFields('depends.operations', [...path, 'operations'], operations))
}

function budgetFields({ budget, path }: Depended): readonly Field[] {
  if (budget === 'none') return []
  const at = [...path, 'budget']
  return fieldsOf('depends.budget', at, (add) => {
    add('ratio', budget.ratio)
    add('scope', budget.scope)
    add('floor', budget.floor)
    add('max', budget.max)
  }).concat(namedFields('depends.budget.classes', [...at, 'classes'], Object.entries(budget.classes ?? {})))
}

function breakerFields(path: Depended['path'], breaker: Depended['breaker']): readonly Field[] {
  if (breaker === 'none') return []
  const members = breaker === 'default' ? DETECTOR : breaker
  return fieldsOf('depends.breaker', [...path, 'breaker'], (add) => {
    for (const [name, value] of Object.entries(members)) add(name, value)
  })
}

/** A fixed limit is its ceiling; a learned one may learn up to it. */
function kindOfLimit(concurrency: Concurrency | 'none'): string {
  if (concurrency === 'none') return 'none'
  return ceilingOf(concurrency) === 'adaptive' ? 'adaptive' : 'fixed'
}

function ceilingOf(concurrency: Concurrency): number | string | undefined {
  return typeof concurrency === 'object' ? concurrency['limit'] : concurrency
}

function concurrencyFields(path: Depended['path'], concurrency: Concurrency | 'none'): readonly Field[] {
  if (concurrency === 'none') return []
  const members = typeof concurrency === 'object' ? concurrency : { limit: concurrency }
  return fieldsOf('depends.concurrency', [...path, 'concurrency'], (add) => {
    for (const [name, value] of Object.entries(members)) if (value !== 'adaptive') add(name, value)
  })
}

function partitionFields({ partition, path }: Depended): readonly Field[] {
  if (!partition) return []
  return fieldsOf('depends.partition', [...path, 'partition'], (add) => {
    add('by', partition.by)
    add('max', partition.max)
  })
}

const inOrder = (layers: readonly Layer[]) => layers.map(({ name }) => name).join(' over ')

/** Layers of one name are told apart by their place among them. */
function layerFields(path: Depended['path'], layers: readonly Layer[]): readonly Field[] {
  const seen = new Map<string, number>()
  return namedFields(
    'depends.layers',
    [...path, 'layers'],
    layers.map(({ name, attempts }) => {
      const nth = (seen.get(name) ?? 0) + 1
      seen.set(name, nth)
      return [nth === 1 ? name : `${name}#${nth}`, attempts]
    }),
  )
}
