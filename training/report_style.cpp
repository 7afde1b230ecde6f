#include <xgrad/training/report_style.hpp>

namespace xgrad::training {

const char* const report_style = R"css(
:root {
  color-scheme: light dark;
  --page: #fcfcfa; --ink: #1f2428; --soft: #5b6470; --line: #d9dcd8; --card: #ffffff; --accent: #0b5fad;
  --good: #17703c; --bad: #b3261e;
  --c0: #0b5fad; --c1: #b3500a; --c2: #17774f; --c3: #8646a6; --c4: #b02a4c; --c5: #5c6a0c; --c6: #0d7280; --c7: #6d5a47;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15181b; --ink: #e4e6e3; --soft: #a2abb3; --line: #363c42; --card: #1b1f23; --accent: #76b6fb;
    --good: #6fd39a; --bad: #ff9a8f;
    --c0: #76b6fb; --c1: #f2a35e; --c2: #64d3a2; --c3: #d3a4f0; --c4: #f58da3; --c5: #c5d160; --c6: #62d2e2; --c7: #cdbba6;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 70rem;
  background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { margin: 3rem 0 1rem; padding-bottom: .3rem; font-size: 1.25rem; border-bottom: 1px solid var(--line); }
h3 { margin: 1.75rem 0 .5rem; font-size: 1rem; overflow-wrap: anywhere; }
p { margin: .4rem 0; max-width: 44rem; }
.soft, figcaption small { color: var(--soft); font-weight: 400; }
a { color: var(--accent); text-underline-offset: .15em; }
nav { margin: 1.25rem 0 0; display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; }
code, pre, .mono { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-size: .875em; }

.figures { margin: 1.75rem 0 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1rem 2rem; }
.figures div { border-top: 2px solid var(--accent); padding-top: .35rem; }
.figures dt { color: var(--soft); font-size: .875rem; }
.figures dd { margin: 0; font-size: 1.35rem; line-height: 1.3; }

.charts { display: grid; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem; }
figure { margin: 0; min-width: 0; }
figcaption { font-weight: 600; font-size: .9375rem; }
.chart { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; }
.chart svg { display: block; width: 100%; height: auto; margin-top: .5rem; font-size: 13px; }
@media (min-width: 60rem) { .chart svg { font-size: 10.5px; } }
.grid path { stroke: var(--line); fill: none; }
.grid text { fill: var(--soft); }
.grid .y { text-anchor: end; }
.grid .x { text-anchor: middle; }
.curve { color: var(--c0); }
.curve path { fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linejoin: round; }
.curve.faint path { stroke-width: 1; }
.curve.faint { opacity: .35; }
.curve circle { fill: currentColor; }
.curve.dashed path { stroke-dasharray: 5 3; }
.c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); }
.c4 { color: var(--c4); } .c5 { color: var(--c5); } .c6 { color: var(--c6); } .c7 { color: var(--c7); }
.stripes rect { fill: var(--ink); fill-opacity: 0; }
.stripes rect:hover { fill-opacity: .12; }
.legend { list-style: none; margin: .6rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem 1rem; font-size: .8125rem; }
.legend li::before { content: ""; display: inline-block; width: 1.3em; margin-right: .45em; vertical-align: .28em; border-top: 2px solid; }
.legend li.dashed::before { border-top-style: dashed; }
.legend li.faint::before { opacity: .45; }
details { margin-top: .6rem; font-size: .875rem; }
summary { cursor: pointer; color: var(--soft); width: max-content; }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; }
th, td { padding: .28rem .9rem .28rem 0; text-align: right; white-space: nowrap; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 500; }
th:first-child, td:first-child, .samples th, .samples td { text-align: left; }
tbody th { font-weight: 400; text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }
tfoot td, tfoot th { border-bottom: 0; font-weight: 600; }
.wrap { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 8rem; }
@media (max-width: 40rem) {
  .samples, .samples tbody, .samples tr, .samples td { display: block; }
  .samples thead { display: none; }
  .samples tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
  .samples td { padding: 0; border: 0; }
  .samples td:first-child { color: var(--soft); }
  .samples td:first-child::before { content: "step "; }
}
.good { color: var(--good); } .bad { color: var(--bad); }

.pairs { margin: 0; display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1.5rem; font-size: .875rem; }
.pairs dt { color: var(--soft); }
.pairs dd { margin: 0; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 3rem; }

.heads { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(44%, 12.5rem), 1fr)); gap: 1rem 1.5rem; }
.heads.wide { grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); }
.heads figcaption { font-weight: 400; font-size: .8125rem; color: var(--soft); }
.heads svg { display: block; width: 100%; height: auto; max-height: 34rem; }
.cells { color: var(--accent); fill: currentColor; }
.cells path:hover { stroke: var(--ink); stroke-width: 1; }
@media print { body { max-width: none; } nav, details { display: none; } }
)css";

}  // namespace xgrad::training
