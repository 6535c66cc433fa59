/**
 * The scenario's schema: one source for what editors complete and what the loader accepts.
 *
 * Nothing that runs imports this: what runs is `schema/simulation.schema.json`, which `write.ts` makes of it.
 *
 * @module
 */
import { z } from 'zod'
import { callers } from './callers.js'
import { dependency } from './dependency.js'
import { strategy } from './strategy.js'
import { duration, nameKey, say } from './units.js'

export const documentSchema = say(
  z.strictObject({
    $schema: say(z.string(), 'Where this schema is, for editors.', './simulation.schema.json').optional(),
    simulate: say(z.literal(1), 'Format of the document: 1.', 1),
    name: say(z.string().min(1).max(200), 'What it is about.', 'registry outage'),
    description: say(z.string().max(4000), 'What it shows, and where its figures come from.', 'An outage.').optional(),
    seed: say(
      z.int().min(0).max(4_294_967_295),
      'Of all randomness. A whole number of at least 0. Default: 1.',
      7,
    ).optional(),
    for: duration('Simulated time.', '10m'),
    dependencies: say(z.record(nameKey, dependency), 'What is called, by name.', {
      registry: { workers: 40, service: { kind: 'exponential', mean: '20ms' } },
    }),
    callers: say(z.record(nameKey, callers), 'Who calls, by name.', {
      ingestion: { arrivals: { open: '200/s' }, calls: 'registry.validate' },
    }),
    strategies: say(z.record(nameKey, strategy), 'How they deal with failure, by name; each is run.', {
      truce: { use: 'baseline' },
    }),
  }),
  'A simulation.',
  { simulate: 1 },
)

/** A document as it may be written. */
export type Written = z.infer<typeof documentSchema>

/** As JSON Schema: draft 7, which editors know best. */
export function jsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(documentSchema, { target: 'draft-7', io: 'input' })
  return { $schema, title: 'Truce: a simulation', ...rest }
}
