import { expect, test } from 'vitest'
import { peer } from '../../peer/index.js'
import { KeptLoadField } from './load-field.js'

/** A field of what can be moved, and how often it was printed. */
function scene() {
  let printed = 0
  const busy = { load: 0, waiting: 0 }
  const counting = {
    ...peer,
    writePushback: (pushback: Parameters<typeof peer.writePushback>[0]) => {
      printed++
      return peer.writePushback(pushback)
    },
  }
  return { busy, field: new KeptLoadField(counting, busy), printed: () => printed }
}

test('says load and backlog as they are, and prints each once', () => {
  const { busy, field, printed } = scene()
  expect(field.header()).toEqual(['retry-pushback', 'load=0, backlog=0'])
  Object.assign(busy, { load: 1.2501, waiting: 3 })
  for (let n = 0; n < 5; n++) expect(field.header()).toEqual(['retry-pushback', 'load=1.25, backlog=3'])
  expect(printed()).toBe(2)
})

test('adds them to what there is to say besides', () => {
  const { busy, field } = scene()
  busy.load = 0.5
  expect(field.header({ applied: false, slot: 340 })[1]).toBe('slot=340, applied=?0, load=0.5, backlog=0')
})

test('no two loads share a field, however many wait, and not all are kept', () => {
  const { busy, field } = scene()
  const seen = new Set<string>()
  for (const waiting of [0, 1, 65_535, 65_536, 65_537, 1_000_000]) {
    for (let percent = 0; percent < 300; percent++) {
      Object.assign(busy, { load: percent / 100, waiting })
      const { load, backlog } = peer.read(field.header()[1]) ?? {}
      expect([load, backlog]).toEqual([percent / 100, waiting])
      seen.add(field.header()[1])
    }
  }
  expect(seen.size).toBe(6 * 300)
})

test('a load that is none is not printed', () => {
  const { busy, field } = scene()
  busy.load = Number.NaN
  expect(field.header()[1]).toBe('backlog=0')
})
