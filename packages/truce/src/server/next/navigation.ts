/**
 * Navigation: `redirect()` and `notFound()` of Next throw; to Truce they are answers.
 *
 * Taken for failures, a write that ends with a redirect would be recorded as failed, and each repeat of its key
 * would be refused.
 *
 * @module
 */

const REDIRECT = /^NEXT_REDIRECT;[^;]*;(.*);(30[1378]);$/s
const STATUS = /^NEXT_HTTP_ERROR_FALLBACK;([1-5]\d\d)$/

/** @returns the answer that Next gives for it; nothing for errors */
export function navigated(error: unknown): Response | undefined {
  const digest: unknown =
    typeof error === 'object' && error !== null ? (error as { digest?: unknown }).digest : undefined
  if (typeof digest !== 'string') return undefined
  const [, location, status] = REDIRECT.exec(digest) ?? []
  if (location !== undefined) return new Response(null, { status: Number(status), headers: { location } })
  const [, code] = STATUS.exec(digest) ?? []
  return code === undefined ? undefined : new Response(null, { status: Number(code) })
}
