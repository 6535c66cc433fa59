/**
 * Server: the dependency's side of the contract: deadlines, ownership and exhaustion between services.
 *
 * An adapter for each framework has an entry of its own: `truce/server/hono`, `…/fastify`, `…/express`,
 * `…/node`, `…/nest`, `…/next`.
 *
 * @module
 */
export { admission, type ServiceAdmission } from './admission/admission.js'
export type { AdmissionOptions } from './admission/settings.js'
export type { AdmissionFeature, AdmittedOperation, Arriving, Entrance, LoadField, Place } from './admission-port.js'
export { BodyTooLargeError, CallerLeftError } from './errors.js'
export type { Answer, AnswerHeader, AnswerHeaders, Incoming } from './incoming.js'
export type { KeyedFeature, KeyedOperation, KeyedRun } from './feature.js'
export type { ServedOperation } from './operation.js'
export type { Refused } from './refusals.js'
export { type Problem, type ProblemOptions, problemResponse, toProblem } from './problem.js'
export type { KeyedWork, RequestContext } from './request-context.js'
export { type Service, service } from './service.js'
export type { Peers, ServedOptions, ServiceOptions } from './settings.js'
export type { Visit } from './visit.js'
export { handle, type WebHandler } from './web.js'
