/**
 * `@truce/lab/report`: what a simulation found, for a terminal and as a page.
 *
 * @module
 */
export { htmlReport } from './html.js'
export { terminalReport, type TerminalOptions } from './terminal.js'
