import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type FailureClass, isFailureClass } from '../../policy/classify.js'
import { certaintyOfStatus, classifyStatus } from './status.js'

const classes: [FailureClass, number[]][] = [
  ['timeout', [408, 504]],
  ['unavailable', [421, 425, 502, 503]],
  ['overloaded', [429]],
  ['conflict', [423]],
  ['internal', [500, 506, 507, 508, 510, 511, 520, 529, 599, 600, 999]],
  ['unauthorized', [401, 403, 407]],
  ['not-found', [404, 410]],
  ['invalid', [400, 405, 406, 411, 412, 413, 414, 415, 422]],
  ['rejected', [402, 409, 416, 417, 418, 424, 426, 428, 431, 451, 499, 501, 505]],
]

describe('the class of a status', () => {
  test.each(classes.flatMap(([failureClass, statuses]) => statuses.map((status) => [status, failureClass] as const)))(
    '%i is %s',
    (status, failureClass) => expect(classifyStatus(status, false)).toBe(failureClass),
  )

  test.each([0, 100, 103, 200, 204, 206, 301, 304, 399, Number.NaN])('%d is no failure', (status) => {
    expect(classifyStatus(status, true)).toBeUndefined()
  })

  it('takes a 503 that names a wait for shed load, and no other status', () => {
    expect(classifyStatus(503, true)).toBe('overloaded')
    expect(classifyStatus(502, true)).toBe('unavailable')
    expect(classifyStatus(413, true)).toBe('invalid')
  })

  it('is total: every failing status has a class, every other has none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.boolean(), (status, hasHint) => {
        expect(isFailureClass(classifyStatus(status, hasHint))).toBe(status >= 400)
      }),
    )
  })
})

describe('the certainty of a status', () => {
  test.each([421, 425, 429])('%i refuses before any work', (status) => {
    expect(certaintyOfStatus(status)).toBe('not-applied')
  })

  // A gateway's 503 may hide work that was done; a client that repeats it as "safe" charges twice.
  it('is unknown for every other status', () => {
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 599 }), (status) => {
        fc.pre(![421, 425, 429].includes(status))
        expect(certaintyOfStatus(status)).toBe('unknown')
      }),
    )
  })
})
