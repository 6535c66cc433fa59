import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { build, folderWith, truce } from './truce.js'

beforeAll(build, 120_000)

const SCENARIO = `simulate: 1
name: a short outage
for: 10s
dependencies:
  server: { workers: 4, service: { kind: constant, value: 20ms }, faults: [{ at: 4s, for: 2s, errors: 50% }] }
callers: { callers: { arrivals: { open: 50/s }, calls: server.read } }
strategies: { none: {}, truce: { use: interactive } }
`

describe('the report of truce simulate', { timeout: 30_000 }, () => {
  test('says what happened, in words, a table and over time', () => {
    const folder = folderWith({ 'storm.yaml': SCENARIO })
    const { code, stdout, stderr } = truce(['simulate', 'storm.yaml'], { cwd: folder })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^a short outage · 10 s simulated, [^]*Best was truce: [^]* success {2}[^]*goodput, up to /)
  })

  test('--html writes the page, and --json still prints one object', () => {
    const folder = folderWith({ 'storm.yaml': SCENARIO })
    const { code, stdout } = truce(['simulate', 'storm.yaml', '--html', 'report.html', '--json'], { cwd: folder })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ name: 'a short outage', strategies: { none: {}, truce: {} } })
    expect(readFileSync(path.join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>[^]*a short outage/)
  })

  test('a page that cannot be written is unusable, and says what to do', () => {
    const folder = folderWith({ 'storm.yaml': SCENARIO })
    const { code, stderr } = truce(['simulate', 'storm.yaml', '--html', 'nowhere/report.html'], { cwd: folder })
    expect([code, existsSync(path.join(folder, 'nowhere'))]).toEqual([2, false])
    expect(stderr).toContain('nowhere/report.html cannot be written')
  })

  test('a name of the library needs no file; a file of that name is stronger', () => {
    expect(truce(['simulate', 'lost-answers', '--json'], { cwd: folderWith({}) }).stdout).toContain('"lost answers"')
    const folder = folderWith({ 'lost-answers': SCENARIO })
    expect(truce(['simulate', 'lost-answers', '--json'], { cwd: folder }).stdout).toContain('"a short outage"')
  })
  test('a name that the library has not is told with those that it has', () => {
    const { code, stderr } = truce(['simulate', 'lost-answer'], { cwd: folderWith({}) })
    expect(code).toBe(2)
    expect(stderr).toMatch(/no file "lost-answer"[^]*Did you mean lost-answers\? The library has capacity-loss, /)
    expect(truce(['simulate', 'nowhere.yaml'], { cwd: folderWith({}) }).stderr).toContain('nowhere.yaml')
  })

  test('a page that could not be written is told before the run', () => {
    const folder = folderWith({ 'storm.yaml': SCENARIO })
    const { code, stderr } = truce(['simulate', 'storm.yaml', '--html', '.', '--progress'], { cwd: folder })
    expect([code, stderr.includes('simulat')]).toEqual([2, false])
    expect(stderr).toContain('cannot be written')
  })
})
