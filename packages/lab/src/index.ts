/**
 * `@truce/lab`: what happens when it breaks. The policies that ship, run against modelled dependencies under virtual
 * time.
 *
 * @module
 */
export { type Estimate, estimate } from './estimate.js'
export { libraryFile, libraryNames } from './library/library.js'
export type * from './measure/result.js'
export type * from './measure/series.js'
export { type LoadedScenario, loadScenario, parseScenario } from './scenario/load.js'
export type * from './scenario/model.js'
export { simulate, type SimulateOptions } from './simulate.js'
