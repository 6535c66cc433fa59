/**
 * Sense of `like`: a model that there is, with settings that it has, and nothing of Truce's beside it.
 *
 * @module
 */
import type { Written } from '../schema/document.js'
import { FIELD } from '../strategies/field/index.js'
import { meant, type Path, type Say } from './saying.js'

/** The shipped policies themselves: no model. */
const TRUCE = 'truce'

/** What a model does in its own way. */
const OURS = ['use', 'backoff', 'budget', 'governor', 'breaker'] as const

export function checkLike(strategy: Written['strategies'][string], path: Path, say: Say): void {
  const { like = TRUCE, settings = {} } = strategy
  if (like === TRUCE) {
    if (strategy.settings !== undefined)
      say([...path, 'settings'], 'settings go with a model', 'name the model: like: finagle, or leave them out')
    return
  }
  const model = Object.hasOwn(FIELD, like) ? FIELD[like] : undefined
  if (model === undefined)
    return say([...path, 'like'], `there is no model ${like}`, meant(like, [TRUCE, ...Object.keys(FIELD)]))
  for (const field of OURS) {
    const said = strategy[field]
    if (said !== undefined && said !== 'none')
      say([...path, field], `${like} has no ${field} of Truce's`, `leave ${field} out, or leave out like`)
  }
  const known = Object.keys(model.settings)
  for (const [name, value] of Object.entries(settings)) {
    const at = [...path, 'settings', name]
    if (!known.includes(name))
      say(at, `${like} has no setting ${name}`, known.length === 0 ? 'it has none' : meant(name, known))
    else if (value < 0) say(at, `${name} is ${value}`, 'give a number of at least 0')
  }
}
