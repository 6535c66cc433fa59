/**
 * Every value of a model, found by walking it, under the place where `diff` is to name it.
 *
 * It knows nothing of `diff`: a field that is added to the model and forgotten there differs here, and is missed.
 *
 * @module
 */
import { ADAPTIVE_TIMEOUT, DETECTOR } from 'truce/policy'
import type { Contract } from '../../src/index.js'

/** Where a thing stands, and derived from what stands beside it. */
const NOT_COMPARED = new Set(['file', 'path', 'at', 'written', 'name', 'dependency', 'operation', 'target'])

export function leavesOf(contract: Contract): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>()
  for (const [name, value] of Object.entries(contract)) visit(leaves, [name], value)
  return leaves
}

function visit(leaves: Map<string, string>, at: readonly string[], value: unknown): void {
  const [name = ''] = at.slice(-1)
  if (value === undefined || (NOT_COMPARED.has(name) && at.length !== 2 && at.length !== 4)) return
  if (value instanceof Map) {
    for (const [key, each] of value as Map<string, unknown>) visit(leaves, [...at, key], each)
  } else if (Array.isArray(value)) {
    list(leaves, at, value)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) visit(leaves, placed(at, key, each), counted(key, each))
  } else {
    leaves.set(at.join('.'), JSON.stringify(value))
  }
}

function list(leaves: Map<string, string>, at: readonly string[], value: readonly unknown[]): void {
  const [name = ''] = at.slice(-1)
  if (name === 'calls') {
    for (const call of value as { target: string }[]) visit(leaves, [...at, call.target], { ...call })
  } else if (name === 'layers') {
    const layers = value as { name: string; attempts: number }[]
    for (const [index, layer] of layers.entries()) {
      const nth = layers.slice(0, index + 1).filter((each) => each.name === layer.name).length
      leaves.set([...at, nth === 1 ? layer.name : `${layer.name}#${nth}`].join('.'), String(layer.attempts))
    }
    if (layers.length > 1) leaves.set(at.join('.'), layers.map((layer) => layer.name).join(' '))
  } else {
    leaves.set(at.join('.'), (value as string[]).toSorted().join(' '))
  }
}

/** Where the document has another name for it than the model. */
function placed(at: readonly string[], key: string, value: unknown): readonly string[] {
  if (key === 'retriesShare') return [...at, 'retries', 'share']
  if (key === 'adaptiveTimeout') return [...at, 'attemptTimeout']
  if (key === 'concurrency' && typeof value === 'number') return [...at, key, 'limit']
  if (at.at(-1) === 'exhausted' && key !== 'kind') return [...at, 'cached', key]
  return [...at, key]
}

/** With what counts where nothing is written. */
function counted(key: string, value: unknown): unknown {
  if (key === 'breaker' && value === 'default') return { ...DETECTOR }
  if (key !== 'adaptiveTimeout' || value === undefined) return value
  const { quantile, margin, min } = { ...ADAPTIVE_TIMEOUT, ...(value as object) }
  return { quantile, margin, min }
}
