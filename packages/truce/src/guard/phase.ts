/**
 * Phase: where a call stands, which says what must be undone when it ends there.
 *
 * @module
 */

export const enum Phase {
  idle,
  running,
  queued,
  backoff,
  lined,
  /** The attempt has ended, what follows is not settled: code of others that runs meanwhile may abort. */
  deciding,
  /** Retries have ended, a fallback is under way. */
  degrading,
  done,
}
