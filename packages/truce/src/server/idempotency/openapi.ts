/**
 * OpenAPI: what callers have to know of an operation's keys, for its description.
 *
 * A client that cannot read how long a key is remembered guesses, and repeats past it.
 *
 * @module
 */
import type { ServedOperation } from '../operation.js'
import { PROBLEM_OF } from '../problem-types.js'
import { REFUSALS } from './problems.js'
import { routeOf } from './status.js'

/** What an OpenAPI document says of an operation under keys. */
export interface OpenApiFragment {
  readonly parameters: readonly Readonly<Record<string, unknown>>[]
  readonly responses: Readonly<Record<string, OpenApiResponse>>
  readonly 'x-idempotency': {
    /** s for which an answer is remembered, counted from when it was given. */
    readonly ttl: number
    readonly header: string
    readonly key: 'required' | 'optional'
    readonly mode: string
    /** Members of the body that make a request what it is; all of them where this is absent. */
    readonly fields?: readonly string[]
  }
}

/** One of its answers. */
export interface OpenApiResponse {
  readonly description: string
  readonly content: Readonly<Record<string, unknown>>
}

const RESPONSES = {
  400: [PROBLEM_OF.TRUCE_KEY_MISSING, PROBLEM_OF.TRUCE_KEY_INVALID, PROBLEM_OF.TRUCE_PAYLOAD_INVALID],
  401: [REFUSALS.unauthenticated],
  409: [PROBLEM_OF.TRUCE_IN_PROGRESS, PROBLEM_OF.TRUCE_OUTCOME_UNKNOWN, PROBLEM_OF.TRUCE_RESULT_NOT_KEPT],
  410: [PROBLEM_OF.TRUCE_KEY_EXPIRED],
  413: [PROBLEM_OF.TRUCE_BODY_TOO_LARGE],
  422: [PROBLEM_OF.TRUCE_KEY_CONFLICT],
  503: [PROBLEM_OF.TRUCE_STORE_UNAVAILABLE, REFUSALS.rolledBack],
} as const

/**
 * To be merged into the operation's own entry.
 *
 * @throws OptionError where the operation takes no keys
 * @example
 * paths['/orders'].post = { ...description, ...openApi(create) }
 */
export function openApi(operation: ServedOperation): OpenApiFragment {
  const { settings, rules, ttl } = routeOf(operation)
  const { base = 'urn:truce:problem:', header } = settings
  const responses = Object.entries(RESPONSES).map(([status, types]) => {
    const names = types.map(({ name }) => `${base}${name}`)
    const schema = {
      type: 'object',
      required: ['type', 'title', 'status', 'detail'],
      properties: {
        type: { type: 'string', enum: names },
        title: { type: 'string' },
        status: { type: 'integer' },
        detail: { type: 'string' },
        retryIn: { type: 'integer', description: 'ms until it may be tried again' },
      },
    }
    const description = types.map(({ title }) => title).join(' · ')
    return [status, { description, content: { 'application/problem+json': { schema } } }] as const
  })
  return {
    parameters: [
      {
        name: header,
        in: 'header',
        required: rules.key === 'required',
        description: 'One for each wish, the same for every repeat of it; quoted or bare. A UUID of version 7 is best.',
        schema: { type: 'string', minLength: 1, maxLength: 257 },
      },
    ],
    responses: Object.fromEntries(responses),
    'x-idempotency': {
      ttl,
      header,
      key: rules.key,
      mode: rules.mode,
      ...(rules.fields && { fields: [...rules.fields] }),
    },
  }
}
