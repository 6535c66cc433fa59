import { expect, test } from 'vitest'
import { climbAll } from '@truce/lab/ladder'
import { askedBy, documentOf, table } from './main.js'
import { progressOn } from './progress.js'

const rung = { none: 0.5, naive: 0.2, backoff: 0.25, truce: 0.47, truceDropsExpired: 0.8, truceAdmission: 0.9 }
const against = (column: number) => ({ against: column, in: 'storm' })
const climbed = {
  rungs: { storm: rung },
  mean: rung,
  worst: {
    none: against(0),
    naive: against(-0.3),
    backoff: against(-0.25),
    truce: against(-0.03),
    truceDropsExpired: against(0.3),
    truceAdmission: against(0.4),
  },
}

test('the document has a member a storm, the means and the worst', () => {
  expect(documentOf(climbed)).toMatchObject({
    storm: rung,
    mean: rung,
    worst: { naive: -0.3, truce: -0.03 },
    worstIn: { truce: 'storm' },
  })
})

test('the table marks where doing nothing is better', () => {
  expect(table(climbed).split('\n')[1]).toMatch(
    /^storm +50\.0 +20\.0 +25\.0 +47\.0 +80\.0 +90\.0 {2}← worse than none$/,
  )
})

test('the first seed is the one that is asked for, or the one that the defaults were chosen by', () => {
  const rungs = (...args: string[]) => climbAll(askedBy(['--only', 'g3', '--seeds', '1', ...args]).ladder).rungs
  const usual = rungs()
  expect(rungs('--seed', '11')).toEqual(usual)
  expect(rungs('--seed', '12')).not.toEqual(usual)
}, 30_000)

test.each([['0'], ['-1'], ['1.5'], ['many']])('%s is no seed', (seed) => {
  expect(() => askedBy([`--seed=${seed}`])).toThrow(`--seed is "${seed}"; give a whole number of at least 1`)
})

test('drawn storms are asked for by their number', () => {
  expect(askedBy(['--drawn', '3', '--seed', '5']).ladder).toMatchObject({ drawn: 3, seed: 5 })
  expect(() => askedBy(['--drawn', '0'])).toThrow('--drawn is "0"')
})

test('progress says how fast it is and how long it will take, on a terminal only unless asked', () => {
  const written: string[] = []
  let now = 0
  const on = (isTTY: boolean, always = false) =>
    progressOn({ isTTY, write: (text) => written.push(text) }, { always, clock: () => now })
  on(false).step(1, 2, 'a')
  expect(written).toEqual([])
  const shown = on(true)
  now = 4_000
  shown.step(2, 10, 'b')
  expect(written.join('')).toContain('2 of 10 storms, 2.0 s each, 16 s left: b')
  shown.end()
  expect(written.at(-1)).toBe('\r\u001B[K')
})
