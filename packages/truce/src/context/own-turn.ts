/**
 * Own turn: going on in the request that waits, not in the one that woke it.
 *
 * In Cloudflare's workers timers, connections and promises belong to the request that made them and end
 * with it. A slot handed from one call to the next inside the first one's turn would make the second
 * send on the first one's account; when that is answered, the runtime ends the other with a 500.
 *
 * @module
 */

/** Do timers and I/O belong to single requests here? Vercel's edge functions run in such workers too. */
export function boundToRequests(): boolean {
  const { navigator, EdgeRuntime } = globalThis as { navigator?: { userAgent?: string }; EdgeRuntime?: unknown }
  return navigator?.userAgent === 'Cloudflare-Workers' || EdgeRuntime !== undefined
}

/** Goes on with `next` in the turn that this was made for; only the first counts. */
export type OwnTurn = (next: () => void) => void

/**
 * For a call that begins to wait for others. Workers settle a promise in the request that made it from
 * the compatibility date 2024-10-14 on; before that there is no way back.
 *
 * @returns nothing where any turn will do
 */
export function ownTurn(): OwnTurn | undefined {
  if (!boundToRequests()) return undefined
  let goOn!: OwnTurn
  const turn = new Promise<() => void>((resolve) => (goOn = resolve))
  void (async () => (await turn)())()
  return goOn
}
