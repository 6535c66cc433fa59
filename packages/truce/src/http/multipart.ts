/**
 * Multipart: a form as bytes, once.
 *
 * `fetch` draws a new boundary whenever it sends a form. To a dependency that compares what came under
 * one idempotency key, each attempt is then another request.
 *
 * @see RFC 7578, and the HTML standard's "multipart/form-data encoding algorithm"
 * @module
 */

/** The form's entries as they are now. Files are referred to, not read. */
export function multipart(form: FormData): Blob {
  // In lower case, as a Blob makes its type.
  const boundary = `----truce-${Array.from(crypto.getRandomValues(new Uint8Array(16)), hex).join('')}`
  const parts: (string | Blob)[] = []
  for (const [field, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(linesEnded(field))}"`
    if (typeof value === 'string') parts.push(`${head}\r\n\r\n${linesEnded(value)}\r\n`)
    else {
      const type = value.type || 'application/octet-stream'
      parts.push(`${head}; filename="${quoted(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`, value, '\r\n')
    }
  }
  parts.push(`--${boundary}--\r\n`)
  return new Blob(parts, { type: `multipart/form-data; boundary=${boundary}` })
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

function quoted(text: string): string {
  return text.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22')
}

function linesEnded(text: string): string {
  return text.replaceAll(/\r\n|\r|\n/g, '\r\n')
}
