/**
 * Kept: what was made once for a kind of argument is not made again.
 *
 * A connection keeps a plan for each statement that it was sent; so kinds are bounded, and what comes after them is
 * told that it has to do without.
 *
 * @module
 */

/** A service has a few modes, leases and times to live. */
const MOST = 32

/**
 * @param isSame are the two of one kind?
 * @param make undefined: of that one nothing can be made
 * @returns undefined also where there are too many kinds
 */
export function kept<Argument, Made>(
  isSame: (a: Argument, b: Argument) => boolean,
  make: (argument: Argument) => Made | undefined,
): (argument: Argument) => Made | undefined {
  const kinds: { readonly argument: Argument; readonly made: Made | undefined }[] = []
  return (argument) => {
    // The first few are all there are, as a rule: no key is made of the argument for a map.
    for (const kind of kinds) if (isSame(kind.argument, argument)) return kind.made
    if (kinds.length >= MOST) return undefined
    const made = make(argument)
    kinds.push({ argument, made })
    return made
  }
}
