/**
 * Style of the page: light and dark, a palette that survives colour blindness (Okabe and Ito, 2008), and print.
 *
 * @module
 */
export const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --card: #f6f8fa;
  --first: #0072b2; --second: #d55e00; --fault: #8c959f; --best: #e8f4ec; }
@media (prefers-color-scheme: dark) { :root { --paper: #0f1419; --ink: #e6edf3; --soft: #9aa5b1; --line: #30363d;
  --card: #171d24; --first: #56b4e9; --second: #e69f00; --fault: #6e7681; --best: #14301f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 88rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .25rem; }
h2::first-letter { text-transform: uppercase; }
p { margin: .25rem 0; max-width: 75ch; }
.soft { color: var(--soft); }
.verdict { font-size: 1.15rem; font-weight: 600; margin: 1rem 0 .5rem; }
ul { margin: .25rem 0; padding-left: 1.25rem; max-width: 85ch; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .5rem 0; }
th, td { padding: .3rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
thead th { color: var(--soft); font-weight: 600; }
thead th[scope=row], tbody th { font-weight: 600; }
tr.best { background: var(--best); }
.row { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .5rem; max-width: 32rem; }
figcaption { font-weight: 600; font-size: .9rem; padding: 0 .25rem .25rem; }
figcaption .soft { font-weight: 400; }
svg { display: block; width: 100%; height: auto; }
.tick { font: 10px system-ui, sans-serif; fill: var(--soft); }
.grid { stroke: var(--line); stroke-width: 1; }
.fault { fill: var(--fault); fill-opacity: .16; stroke: var(--fault); stroke-opacity: .5; stroke-dasharray: 2 2; }
.area { stroke: none; fill: var(--first); fill-opacity: .25; }
.area.hatched { fill: url(#hatch); fill-opacity: 1; }
.line { fill: none; stroke: var(--first); stroke-width: 1.4; }
.line.hatched { stroke: var(--second); }
.hatch { stroke: var(--second); stroke-width: 2; }
.key { display: inline-block; width: 1.4em; height: .8em; vertical-align: -.05em; margin: 0 .35em 0 0; }
.key + .key { margin-left: 1em; }
.key svg { width: 100%; height: 100%; }
details { margin: .35rem 0; }
summary { cursor: pointer; color: var(--soft); }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .9rem; }
@media print { body { font-size: 10pt; } main { max-width: none; padding: 0; } h2 { break-after: avoid; }
  .row { grid-template-columns: repeat(4, 1fr); gap: .3rem; } figure { break-inside: avoid; }
  .wide { overflow: visible; } table { font-size: 7.5pt; } th, td { padding: .1rem .25rem; }
  figure { padding: .15rem; } details { display: none; } }
`
