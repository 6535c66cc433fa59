import { beforeAll, describe, expect, test } from 'vitest'
import { build, folderWith, truce } from './truce.js'

beforeAll(build, 120_000)

const STORM = `
simulate: 1
name: an outage
for: 30s
dependencies:
  api: { workers: 10, service: { kind: constant, value: 10ms }, faults: [{ at: 10s, for: 5s, down: true }] }
callers: { all: { instances: 4, arrivals: { open: 20/s }, calls: api.get } }
strategies:
  none: { attempts: 1 }
  truce: { use: interactive }
`
const cwd = () =>
  folderWith({
    'storm.yaml': STORM,
    'big.yaml': STORM.replace('open: 20/s', 'closed: 20000000, think: 1s'),
    'bad.yaml': STORM.replace('workers: 10', 'wokers: 10'),
  })

describe('truce simulate', { timeout: 60_000 }, () => {
  test('says how each strategy fares', () => {
    const { code, stdout, stderr } = truce(['simulate', 'storm.yaml'], { cwd: cwd() })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/an outage[^]*none[^]*truce/)
  })

  test('--json: the same twice, wallMs aside; another seed, another result', () => {
    const run = (...more: string[]) => {
      const { stdout } = truce(['simulate', 'storm.yaml', '--json', ...more], { cwd: cwd() })
      return { ...(JSON.parse(stdout) as Record<string, unknown>), wallMs: 0 }
    }
    expect(run()).toEqual(run())
    expect(run('--seed', '2')).not.toEqual(run())
    expect(run('--seed', '2')).toMatchObject({ seed: 2, simulatedMs: 30_000 })
    expect(run('--seeds', '3')).toMatchObject({ seeds: 3, strategies: { truce: { ci95: {} } } })
  })

  test.each([
    ['a misspelt field', ['bad.yaml'], 'did you mean workers?'],
    ['more than is sensible', ['big.yaml'], '--force runs it all the same'],
    ['no file', ['none.yaml'], 'check its name'],
    ['no seed', ['storm.yaml', '--seed', 'x'], 'whole numbers'],
    ['no seeds', ['storm.yaml', '--seeds', '0'], 'Give at least 1'],
  ])('2: %s', (_, args, says) => {
    const { code, stdout, stderr } = truce(['simulate', ...args], { cwd: cwd() })
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(says)])
  })
})
