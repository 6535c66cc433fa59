/**
 * Draft client: how a rule of the draft speaks to the shop, and what it expects.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { exchange, type Got } from './exchange.js'
import { type Shop, TTL } from './shop.js'

/** How a rule speaks to the shop. */
export interface Client {
  /** As account `acme`, with a JSON body, unless told otherwise. */
  readonly send: (path: string, key: string | undefined, body: unknown, more?: Partial<More>) => Promise<Got>
  readonly shop: Shop
}

export interface More {
  readonly method: string
  readonly account: string | undefined
  readonly type: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly signal: AbortSignal
}

/** @param about `bytes`: it holds only where bodies reach Truce as they were sent */
export type Rule = readonly [name: string, holds: (client: Client) => Promise<void>, about?: 'bytes']

/** A key that no other test has. */
export function newKey(): string {
  return randomUUID()
}

export function sent(
  url: string,
  path: string,
  key: string | undefined,
  body: unknown,
  more: Partial<More> = {},
): Promise<Got> {
  const { method = 'POST', type = 'application/json', headers = [], signal } = more
  const account = 'account' in more ? more.account : 'acme'
  const all = [
    ...(account === undefined ? [] : [['X-Account', account] as const]),
    ...(key === undefined ? [] : [['Idempotency-Key', key] as const]),
    ['Content-Type', type] as const,
    ...headers,
  ]
  const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  return exchange(url, { method, path, headers: all, body: raw }, signal)
}

/** It is a problem of this type, with what every answer of the operation says. */
export function isProblem(got: Got, status: number, type: string): void {
  expect([got.status, got.header('content-type')]).toEqual([status, 'application/problem+json'])
  expect(JSON.parse(got.text)).toMatchObject({ type: `urn:truce:problem:${type}`, status })
  expect(Number(got.header('idempotency-ttl'))).toBe(TTL)
  expect(got.header('idempotent-replayed')).toBeUndefined()
}

/** It is the same answer once more, and says so. */
export function isReplay(got: Got, first: Got): void {
  expect([got.status, got.header('idempotent-replayed')]).toEqual([first.status, 'true'])
  expect(first.header('idempotent-replayed')).toBeUndefined()
  expect(got.bytes.equals(first.bytes)).toBe(true)
  expect(got.header('content-type')).toBe(first.header('content-type'))
}
