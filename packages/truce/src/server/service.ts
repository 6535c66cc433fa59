/**
 * Service: what a dependency promises its callers, enforced on its own side.
 *
 * A caller's guard knows deadline, attempt and owner; the service that it calls has to hear of them, or it works
 * for callers that have left and repeats what was repeated already. What is said here once, for all
 * frameworks, is what a request goes through before and after its handler.
 *
 * @module
 */
import { startInheritance } from '../context/inherit.js'
import { name } from '../guard/options/check.js'
import { ServedOperation } from './operation.js'
import { type ServedOptions, servedSettings, type ServiceOptions, serviceSettings } from './settings.js'

/** A service and what it serves. */
export interface Service<Rules = never> {
  readonly name: string
  /**
   * One of the actions it offers; made once, handed to an adapter for its route.
   *
   * @throws OptionError naming the option, its value and what is allowed
   */
  operation(name: string, options: ServedOptions<Rules>): ServedOperation
}

/**
 * Describes the service that this process is.
 *
 * @throws OptionError naming the option, its value and what is allowed
 * @example
 * const inventory = service('inventory', { peer, peers: 'all' })
 * const reserve = inventory.operation('reserve', { effect: 'write', deadline: '2s' })
 */
export function service<Rules = never>(serviceName: string, options: ServiceOptions<Rules> = {}): Service<Rules> {
  const settings = serviceSettings(name(serviceName, 'name of the service'), options)
  if (settings.inherit) startInheritance()
  return {
    name: settings.service,
    operation: (operation, served) => new ServedOperation(settings, servedSettings(settings, operation, served)),
  }
}
