/** For programs that are compiled by themselves and do not read the types of plain JavaScript. */
export function launch(kind: 'postgres' | 'redis'): Promise<{ readonly url: string; stop(): Promise<void> }>
