/**
 * Printable: what comes from documents and folders, as a terminal may see it.
 *
 * A name may hold escape codes: printed raw, it would colour, move or erase what stands around it, a verdict too.
 *
 * @module
 */

/** One line without control characters. */
export const printable = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, (sign) => (sign === '\t' || sign === '\n' ? ' ' : '�'))
