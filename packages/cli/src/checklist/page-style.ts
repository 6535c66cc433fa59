/**
 * How the printable page looks. An operation is never torn between two sheets.
 *
 * @module
 */
export const STYLE = `
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; color: #1b1b1b; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.7rem; margin: 0 0 .2rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .1rem; }
p { margin: 0 0 .8rem; color: #444; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #c9c9c9; padding: .4rem .6rem; text-align: left; vertical-align: top; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
small { color: #555; }
ul { margin: .2rem 0; padding-left: 1.1rem; }
.matrix { margin: 1.2rem 0; table-layout: fixed; }
.matrix tr > :first-child { width: 6.5rem; }
.answers th { width: 13rem; font-weight: 500; }
.answers td:nth-child(2) { width: 5.5rem; }
.ok { color: #14602b; }
.open { color: #9a3412; font-weight: 700; }
section { break-inside: avoid; }
@media print { body { margin: 0; padding: 0; max-width: none; font-size: 11px; } h2 { margin-top: 1.2rem; } }
@page { margin: 15mm; }
`
