import { describe, expect, expectTypeOf, it, test } from 'vitest'
import { scriptedDependency } from './scripted-dependency.js'
import { virtualTime } from './virtual-time.js'

const reset = new Error('reset')

describe('scripted dependency', () => {
  it('follows its script, then repeats the last step', async () => {
    const scripted = scriptedDependency([{ error: reset }, { value: 42 }, 'ok'])
    await expect(scripted.attempt()).rejects.toBe(reset)
    expect(await scripted.attempt()).toBe(42)
    expect(await scripted.attempt()).toBe('ok')
    expect(await scripted.attempt()).toBe('ok')
    expectTypeOf(scripted.attempt).returns.resolves.toEqualTypeOf<number | 'ok'>()
  })

  it('throws beyond its script where told to', async () => {
    const scripted = scriptedDependency(['ok'], { afterLast: 'throw' })
    await scripted.attempt()
    await expect(scripted.attempt()).rejects.toThrow('the script has 1 step, and attempt 2 came')
    expect(scripted.calls).toHaveLength(1)
  })

  it('answers with a new Response every time', async () => {
    const scripted = scriptedDependency([
      { status: 503, headers: { 'retry-after': '2' }, body: 'later' },
      { status: 204 },
    ])
    const first = await scripted.attempt()
    expectTypeOf(first).toEqualTypeOf<Response>()
    expect([first.status, first.headers.get('retry-after'), await first.text()]).toEqual([503, '2', 'later'])
    const [second, third] = [await scripted.attempt(), await scripted.attempt()]
    expect(second.status).toBe(204)
    expect(third).not.toBe(second)
  })

  it('answers late by its clock, with what the step says or ok', async () => {
    const time = virtualTime()
    const scripted = scriptedDependency([{ after: 50, error: reset }, { after: 30 }, { after: 0, value: 1 }], {
      clock: time.clock,
    })
    await expect(time.run(scripted.attempt())).rejects.toBe(reset)
    expect(time.now()).toBe(50)
    expect(await time.run(scripted.attempt({ attempt: 2 }))).toBe('ok')
    expect(await scripted.attempt()).toBe(1)
    expect(scripted.calls).toEqual([
      { at: 0, attempt: undefined, step: { after: 50, error: reset }, aborted: false },
      { at: 50, attempt: 2, step: { after: 30 }, aborted: false },
      { at: 80, attempt: undefined, step: { after: 0, value: 1 }, aborted: false },
    ])
  })

  it.each(['hang', { after: 100 }] as const)('gives way to an abort in %j', async (step) => {
    const time = virtualTime()
    const scripted = scriptedDependency([step], { clock: time.clock })
    const cut = new AbortController()
    const reason = new Error('cut')
    time.clock.alarm(10, () => cut.abort(reason))
    await expect(time.run(scripted.attempt({ signal: cut.signal }))).rejects.toBe(reason)
    await expect(scripted.attempt({ signal: cut.signal })).rejects.toBe(reason)
    expect(scripted.calls.map(({ aborted }) => aborted)).toEqual([true, true])
    expect(time.pending).toEqual([])
  })

  it('hangs for ever without a signal', async () => {
    const time = virtualTime()
    await expect(time.run(scriptedDependency(['hang']).attempt({ attempt: 1 }))).rejects.toThrow('still pending')
  })

  it('lets go of the signal when it has answered', async () => {
    const time = virtualTime()
    const scripted = scriptedDependency([{ after: 10 }], { clock: time.clock })
    const late = new AbortController()
    await time.run(scripted.attempt({ signal: late.signal }))
    late.abort()
    expect(scripted.calls[0]?.aborted).toBe(false)
  })

  // A guard makes a signal only when it is read, which costs more than the rest of the attempt.
  it('reads the signal only where it waits', async () => {
    let reads = 0
    const context = {
      get signal() {
        reads++
        return new AbortController().signal
      },
    }
    const time = virtualTime()
    const scripted = scriptedDependency(['ok', { status: 503 }, { value: 1 }, { after: 1 }], { clock: time.clock })
    for (let attempt = 0; attempt < 3; attempt++) await scripted.attempt(context)
    expect(reads).toBe(0)
    await time.run(scripted.attempt(context))
    expect(reads).toBe(1)
  })

  test.each<[string, readonly unknown[], string]>([
    ['no step', [], 'the script is empty'],
    ['an unknown word', ['ok', 'fail'], 'step 2 is "fail"; a step is one of'],
    ['nothing', [null], 'step 1 is null'],
    ['two ends', [{ value: 1, status: 200 }], 'step 1 is {"value":1,"status":200}'],
    ['no end', [{}], 'step 1 is {}'],
    ['no status', [{ status: 99 }], 'a step is one of'],
    ['no time', [{ after: -1 }], 'a step is one of'],
    ['a wait without a clock', [{ after: 5 }], 'give { clock: time.clock } of virtualTime()'],
  ])('%s is refused where it is written', (_, steps, message) => {
    expect(() => scriptedDependency(steps as 'ok'[])).toThrow(message)
  })
})
