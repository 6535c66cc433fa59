/**
 * Owner: which layer may repeat an operation.
 *
 * Two layers may own different things: the low one repeats what failed transiently, the outer one
 * decides about the business (a conflict: read again, and repeat the whole transaction or not).
 *
 * @module
 */

/** A layer's name, or two: of what fails transiently, and of the business. */
export type Owner = string | { readonly transient: string; readonly business: string }

/** Does this layer repeat what failed transiently? With no owner named, the lowest layer owns. */
export function ownsTransient(owner: Owner | undefined, layer: string): boolean {
  if (owner === undefined) return true
  return (typeof owner === 'string' ? owner : owner.transient) === layer
}

/** Does this layer repeat conflicts? */
export function ownsBusiness(owner: Owner | undefined, layer: string): boolean {
  if (owner === undefined) return true
  return (typeof owner === 'string' ? owner : owner.business) === layer
}
