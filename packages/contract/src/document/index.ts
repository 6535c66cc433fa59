/**
 * `@truce/contract/document`: documents without the guards that can be built of them. It loads in half of the time:
 * for command lines.
 *
 * @module
 */
export type { Skipped } from './find-files.js'
export { type Loaded, type LoadOptions, loadDocuments } from './load.js'
export type * from './model.js'
export { nearest } from './nearest.js'
export { parseDocument, type Parsed } from './parse.js'
export { type DocumentProblem, Problems } from './problem.js'
export { readText } from './read-file.js'
