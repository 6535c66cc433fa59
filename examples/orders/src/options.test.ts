import { describe, expect, test } from 'vitest'
import { parseOptions } from './options.js'
import { RunError } from './processes.js'

describe('options', () => {
  test('defaults', () => {
    expect(parseOptions([])).toEqual({ quick: false, json: false, help: false, rate: 50, seed: 1, out: 'out/orders' })
  })

  test('all given', () => {
    const options = parseOptions('--quick --json --port 4001 --rate 60 --seed 9 --out x'.split(' '))
    expect(options).toEqual({ quick: true, json: true, help: false, port: 4001, rate: 60, seed: 9, out: 'x' })
  })

  test.each([
    [['--qick'], /--qick.*--help/],
    [['--port', '70000'], /--port is "70000".*1 to 65533/],
    [['--port'], /--port/],
    [['--rate', '0'], /--rate is "0".*1 to 200/],
    [['--rate', '5e1'], /--rate/],
    [['--seed=-1'], /--seed is "-1"/],
    [['extra'], /extra/],
  ])('%j is refused with exit code 2, and the message says what is allowed', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message)
    try {
      parseOptions(args)
    } catch (error) {
      expect(error).toBeInstanceOf(RunError)
      expect((error as RunError).exitCode).toBe(2)
    }
  })
})
