/**
 * The process of `npm run bench:ladder`.
 *
 * @module
 */
import { main } from './main.js'

main(process.argv.slice(2))
