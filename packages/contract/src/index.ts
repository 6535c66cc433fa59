/**
 * The retry contract of a service as a document.
 *
 * @module
 */
export { type Loaded, type LoadOptions, loadDocuments } from './document/load.js'
export type { Skipped } from './document/find-files.js'
export { parseDocument, type Parsed } from './document/parse.js'
export type { DocumentProblem } from './document/problem.js'
export type * from './document/model.js'
