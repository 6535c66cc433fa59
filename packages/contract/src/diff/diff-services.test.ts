import { describe, expect, test } from 'vitest'
import { type Contract, diffServices, parseDocument } from '../index.js'

const contract = (text: string) => parseDocument(`{ truce: 1, ${text} }`, 'truce.yaml').contract as Contract

const serving = (service: string, version: number, deadline: string) =>
  contract(`service: ${service}, version: ${version}, serves: { look: { effect: read, deadline: ${deadline} } }`)

describe('services', () => {
  test('are compared each with itself, in the order of their names', () => {
    const { services, breaking } = diffServices(
      [serving('b', 1, '1s'), serving('a', 1, '1s')],
      [serving('a', 1, '1s'), serving('b', 2, '3s')],
    )
    expect(services).toMatchObject([
      { service: 'a', versions: { from: 1, to: 1 }, breaking: [], compatible: [] },
      { service: 'b', versions: { from: 1, to: 2 }, versionRaised: true },
    ])
    expect(breaking.map(({ service, at }) => [service, at])).toEqual([['b', 'serves.look.deadline']])
  })

  test.each([
    ['one that breaks and says so', [2, '3s'], [1, '1s'], true],
    ['one that breaks and does not', [1, '3s'], [1, '1s'], false],
    ['one of two that break does not', [2, '3s'], [1, '3s'], false],
    ['none changed', [1, '1s'], [1, '1s'], false],
  ] as const)('the version is raised: %s', (_, a, b, versionRaised) => {
    const before = [serving('a', 1, '1s'), serving('b', 1, '1s')]
    expect(diffServices(before, [serving('a', a[0], a[1]), serving('b', b[0], b[1])])).toMatchObject({ versionRaised })
  })

  test('a new document breaks nobody; one that goes breaks the callers that it had', () => {
    const silent = contract('service: quiet')
    expect(diffServices([], [serving('a', 1, '1s')])).toMatchObject({
      breaking: [],
      compatible: [{ rule: 'document', message: 'a has a document now.' }],
    })
    expect(diffServices([serving('a', 1, '1s')], [])).toMatchObject({
      breaking: [{ at: 'a', message: 'a has no document any more: whoever calls it finds it gone.' }],
      versionRaised: false,
    })
    expect(diffServices([silent], [])).toMatchObject({ breaking: [], compatible: [{ at: 'quiet' }] })
  })
})
