/** What callers may say, and how often: no place is lost by it, and nobody lives at another's expense. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { peer } from '../../peer/index.js'
import { virtualTime } from '../../testing/index.js'
import type { Incoming } from '../incoming.js'
import { service } from '../service.js'
import type { Visit } from '../visit.js'
import { admission, type ServiceAdmission } from './admission.js'

let services = 0

function scene(door: ServiceAdmission) {
  const time = virtualTime()
  const made = service(`hostile-${++services}`, { peer, peers: 'all', clock: time.clock, admission: door })
  const operation = made.operation('reserve', { effect: 'write', retries: { share: 0.1 } })
  const come = (field: string | undefined): Visit => {
    const incoming: Incoming = {
      method: 'POST',
      url: '/',
      header: (name) => (name === 'retry-context' ? field : undefined),
      payload: () => null,
      raw: undefined,
    }
    return operation.receive(incoming)
  }
  return { time, come }
}

describe('a field', () => {
  it.each([
    ['}{"attempt":', 'in'],
    ['attempt=0', 'in'],
    ['attempt=-1', 'in'],
    ['attempt=1.5', 'in'],
    ['attempt="2"', 'in'],
    ['deadline=-5', 'in'],
    ['deadline=soon', 'in'],
    ['deadline=999999999999999', 'in'],
    ['deadline=0', 'deadline'],
    [`caller="${'x'.repeat(8_000)}"`, 'in'],
    [Array.from({ length: 200 }, () => 'attempt=1').join(', '), 'in'],
  ])('%s: %s', (field, state) => {
    const door = admission()
    const visit = scene(door).come(field)
    expect(visit.refusal?.reason ?? 'in').toBe(state)
    visit.ended(200)
    expect(door.inFlight).toBe(0)
  })

  it('of any letters throws nothing and takes no place for good', async () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('attempt=', 'deadline=', 'caller=', '"', ';', ', ', '9'.repeat(20)),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(word).map((words) => words.join('')),
          { maxLength: 20 },
        ),
        async (fields) => {
          const door = admission({ limit: 2, wait: 20 })
          const { come, time } = scene(door)
          const visits = fields.map(come)
          await time.runAll()
          for (const visit of visits) {
            await visit.turn
            visit.ended(200)
          }
          expect([door.inFlight, door.waiting, time.pending]).toEqual([0, 0, []])
        },
      ),
      { numRuns: 100 },
    )
  })
})

/** A service of one place and 10 ms that is sent so much by each. @returns share of each that was served */
async function contested(callers: Readonly<Record<string, { every: number; attempt: number }>>) {
  const door = admission({ limit: 1 })
  const { come, time } = scene(door)
  const sent = new Map<string, number>()
  const served = new Map<string, number>()
  const add = (to: Map<string, number>, name: string) => to.set(name, (to.get(name) ?? 0) + 1)
  const work = async (name: string, visit: Visit): Promise<void> => {
    const refused = visit.refusal ?? (await visit.turn)
    if (refused) return visit.ended(refused.answer.status)
    await new Promise<void>((resolve) => void time.clock.alarm(10, resolve))
    add(served, name)
    visit.ended(200)
  }
  for (let ms = 0; ms < 20_000; ms += 2) {
    for (const [name, { every, attempt }] of Object.entries(callers)) {
      if (ms % every !== 0) continue
      if (ms > 5_000) add(sent, name)
      else served.delete(name)
      void work(name, come(`caller="${name}", attempt=${attempt}`))
    }
    await time.advance(2)
  }
  return (name: string) => (served.get(name) ?? 0) / (sent.get(name) ?? 1)
}

test('attempt=1 always: whoever sends most gets no more than the others leave', { timeout: 60_000 }, async () => {
  const share = await contested({ liar: { every: 2, attempt: 1 }, honest: { every: 50, attempt: 1 } })
  expect(share('honest')).toBeGreaterThan(0.9)
  expect(share('liar')).toBeGreaterThan(0.1)
})

test('retries above the share of them cost originals nothing', { timeout: 60_000 }, async () => {
  const share = await contested({ storm: { every: 4, attempt: 2 }, honest: { every: 20, attempt: 1 } })
  expect(share('honest')).toBeGreaterThan(0.95)
})
