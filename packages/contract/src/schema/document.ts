/**
 * The document's schema: one source for what editors complete, what the loader accepts and what the docs list.
 *
 * Zod is here and nowhere else, and nothing that runs imports this: to load it costs more than all the rest of a
 * check. What runs is `schema/truce.schema.json`, which `write.ts` makes of it.
 *
 * @module
 */
import { z } from 'zod'
import { depended } from './depended.js'
import { served } from './served.js'
import { name, nameKey, operationKey, say, whole } from './units.js'

export const documentSchema = say(
  z.strictObject({
    $schema: say(z.string(), 'Where this schema is, for editors.', './truce.schema.json').optional(),
    truce: say(z.literal(1), 'Format of the document: 1.', 1),
    service: name('Who makes these promises.', 'order-api'),
    version: whole(1, 'Raised when a promise changes. Default: 1.', 4).optional(),
    instances: whole(1, 'How many run; limits of a fleet are divided by it. Default: 1.', 40).optional(),
    limits: say(
      z.strictObject({
        amplification: say(
          z.number().min(1),
          'Attempts that one user action may cost a dependency while that is down, at least 1. Default: 4.',
          6,
        ).optional(),
      }),
      'What must not be exceeded.',
      { amplification: 6 },
    ).optional(),
    serves: say(z.record(operationKey, served), 'What the service promises its callers, by operation.', {
      'place-order': { effect: 'write', deadline: '3s' },
    }).optional(),
    depends: say(z.record(nameKey, depended), 'What the service promises its dependencies, by dependency.', {
      inventory: { operations: { reserve: { use: 'interactive', effect: 'write' } } },
    }).optional(),
  }),
  'The retry contract of one service.',
  { truce: 1, service: 'order-api' },
)

/** A document as it may be written. */
export type Written = z.infer<typeof documentSchema>

/** As JSON Schema: draft 7, which editors know best. */
export function jsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(documentSchema, { target: 'draft-7', io: 'input' })
  return { $schema, title: 'Truce: the retry contract of one service', ...rest }
}
