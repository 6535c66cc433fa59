/**
 * What a document promises about one operation that it calls, as fields.
 *
 * @module
 */
import { ADAPTIVE_TIMEOUT } from 'truce/policy'
import type { Exhausted, Operation } from '../document/model.js'
import { type Field, fieldsOf } from './field.js'

const RULE = 'depends.operations'

export function operationFields(operation: Operation): readonly Field[] {
  const { path, owner, hedge } = operation
  return fieldsOf(RULE, path, (add) => {
    add('servedAs', operation.servedAs)
    add('use', operation.use)
    add('effect', operation.effect)
    add('attempts', operation.attempts)
    add('connectTimeout', operation.connectTimeout)
    add('attemptTimeout', operation.attemptTimeout)
    for (const [name, value] of learned(operation)) add(['attemptTimeout', name], value)
    add('deadline', operation.deadline)
    add('backoff', operation.backoff === 'none' ? 'none' : 'on', backoffFields(operation))
    add('retryOn', operation.retryOn.toSorted())
    add('risk', operation.risk)
    add('idempotency', operation.idempotency?.kind, idempotencyFields(operation))
    add('owner', typeof owner === 'object' ? `transient ${owner.transient}, business ${owner.business}` : owner)
    add('exhausted', operation.exhausted?.kind, exhaustedFields(operation.exhausted, path))
    add('fallback', operation.fallback)
    add(
      'hedge',
      hedge && (typeof hedge.after === 'object' ? 'after a quantile' : 'after a time'),
      hedgeFields(operation),
    )
    for (const [name, value] of Object.entries(operation.degradeWhen ?? {})) add(['degradeWhen', name], value)
    add('immediate', operation.immediate)
    add('idle', operation.idle)
    add('mode', operation.mode)
  })
}

/** Its longest is the attempt timeout itself. */
function learned({ adaptiveTimeout }: Operation): readonly [name: string, value: string | number][] {
  if (!adaptiveTimeout) return []
  const { quantile, margin, min } = { ...ADAPTIVE_TIMEOUT, ...adaptiveTimeout }
  return Object.entries({ quantile, margin, min })
}

function backoffFields({ backoff, path }: Operation): readonly Field[] {
  if (backoff === 'none') return []
  return fieldsOf(`${RULE}.backoff`, [...path, 'backoff'], (add) => {
    add('initial', backoff.initial)
    add('factor', backoff.factor)
    add('max', backoff.max)
    add('jitter', backoff.jitter)
  })
}

function idempotencyFields({ idempotency, path }: Operation): readonly Field[] {
  if (idempotency?.kind !== 'key') return []
  return fieldsOf(`${RULE}.idempotency`, [...path, 'idempotency'], (add) => {
    add('key', idempotency.key)
    add('window', idempotency.window)
    add('profile', idempotency.profile)
  })
}

function exhaustedFields(exhausted: Exhausted | undefined, path: Operation['path']): readonly Field[] {
  if (exhausted?.kind !== 'cached') return []
  return fieldsOf(`${RULE}.exhausted.cached`, [...path, 'exhausted', 'cached'], (add) => {
    add('maxAge', exhausted.maxAge)
    add('key', exhausted.key?.toSorted())
    add('max', exhausted.max)
  })
}

function hedgeFields({ hedge, path }: Operation): readonly Field[] {
  if (!hedge) return []
  return fieldsOf(`${RULE}.hedge`, [...path, 'hedge'], (add) => {
    add('after', typeof hedge.after === 'object' ? hedge.after.quantile : hedge.after)
    add('max', hedge.max)
  })
}
