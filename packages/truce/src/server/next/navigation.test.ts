import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { navigated } from './navigation.js'

/** Next's own, which throw. */
const next = createRequire(import.meta.url)('next/navigation') as Record<
  'redirect' | 'permanentRedirect' | 'notFound',
  (url?: string) => never
>

function thrownBy(act: () => never): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}

test.each([
  ['redirect', () => next.redirect('/stock;a/tea'), 307, '/stock;a/tea'],
  ['permanentRedirect', () => next.permanentRedirect('https://a.example/'), 308, 'https://a.example/'],
  ['notFound', () => next.notFound(), 404, null],
] as const)('%s() is an answer', (_, act, status, location) => {
  const response = navigated(thrownBy(act))
  expect([response?.status, response?.headers.get('location')]).toEqual([status, location])
})

test.each([[new Error('a bug')], [undefined], ['text'], [{ digest: 7 }], [{ digest: 'NEXT_REDIRECT;nonsense' }]])(
  '%s is none',
  (error) => {
    expect(navigated(error)).toBeUndefined()
  },
)
