/** The caller's side of spec/wire: what a guard sends of deadline and owners is what the vectors have. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dependency, type OperationOptions } from '../index.js'
import { peer } from '../peer/index.js'
import { virtualTime } from '../testing/index.js'

interface Vectors {
  readonly read: readonly { readonly name: string; readonly raw: unknown }[]
  readonly write: readonly { readonly name: string; readonly raw: unknown }[]
}

const file = new URL('../../../../spec/wire/retry-context.json', import.meta.url)
const { read, write } = JSON.parse(readFileSync(file, 'utf8')) as Vectors

/** The field of a vector; the test fails where it is gone. */
function rawOf(name: string): string {
  const raw = [...read, ...write].find((vector) => vector.name === name)?.raw
  if (typeof raw !== 'string') throw new Error(`spec/wire has no vector '${name}'`)
  return raw
}

/** What a call's first attempt sends, under the vector's name for the call. */
async function sent(options: Partial<OperationOptions>, call: string): Promise<string | undefined> {
  const time = virtualTime()
  const reserve = dependency('inventory', { peer, clock: time.clock }).operation('reserve', {
    effect: 'read',
    deadline: 'none',
    attemptTimeout: 'none',
    ...options,
  })
  const field = await time.run(reserve.run(async ({ headers }) => headers['retry-context']))
  return field?.replace(/^call="[^"]*"/, `call="${call}"`).replace(', urgency=interactive', '')
}

test.each<[string, Partial<OperationOptions>, string]>([
  ['an owner', { owner: 'order-api' }, '01JD'],
  ['two owners of different things', { owner: { transient: 'inventory-client', business: 'order-api' } }, '01JD'],
  ['owners beyond ASCII', { owner: { transient: 'lagerübersicht', business: 'büro' } }, '01JD'],
  ['less than a millisecond is left: the deadline is now', { deadline: 0.9 }, 'a'],
])('%s', async (name, options, call) => {
  expect(await sent(options, call)).toBe(rawOf(name))
})
