/**
 * Scope: the name under which a store keeps a key. Whose it is and of which operation is part of it.
 *
 * Two tenants may choose the same key, and a tenant may be called anything: joined with a separator, tenant
 * `a:b` with key `c` would read tenant `a`'s record `b:c`. Every part is preceded by its length.
 *
 * @module
 */
import { sha256 } from './fingerprint.js'

/** Hashed: one length for every store, and no tenant's name in its keys. 43 URL-safe characters. */
export function scopeOf(tenant: string, operation: string, key: string): string {
  return sha256(`${tenant.length}:${tenant}${operation.length}:${operation}${key.length}:${key}`)
}
