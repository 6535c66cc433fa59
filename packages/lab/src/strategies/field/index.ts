/**
 * The field: what other libraries do with a failure, as small synchronous models.
 *
 * Each has its library's documented defaults and says where they are read; a scenario names one with `like` and changes
 * its numbers with `settings`. They are models: of Truce's own policies there is none, those run themselves.
 *
 * @module
 */
import { awsStandard, awsStandardBefore } from './aws.js'
import { cockatiel } from './cockatiel.js'
import { envoy } from './envoy.js'
import { finagle } from './finagle.js'
import { grpc } from './grpc.js'
import type { FieldModel } from './model.js'
import { opossum } from './opossum.js'
import { exponential, fixed, immediate, none } from './plain.js'

/** By the name that a scenario says as `like`. */
export const FIELD: Readonly<Record<string, FieldModel>> = Object.freeze({
  none,
  immediate,
  fixed,
  exponential,
  'aws-standard': awsStandard,
  'aws-standard-before': awsStandardBefore,
  grpc,
  finagle,
  envoy,
  cockatiel,
  opossum,
})

export type { FieldModel } from './model.js'
