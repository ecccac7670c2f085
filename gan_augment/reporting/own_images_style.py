"""How the page of a trial on one's own images looks: on a phone, on a desk, in the dark, on paper.

Colours are those of `figures`, darkened or lightened where text needs the contrast.
"""

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #ffffff; --card: #f5f6f7; --ink: #1a1e23; --soft: #59616a; --line: #d9dde1;
  --blue: #005f96; --green: #00704f; --red: #ab4500; --grey: #505962; --yellow: #8a5a00;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --card: #1e2328; --ink: #e7eaed; --soft: #a3adb7; --line: #363d45;
    --blue: #6fc2f1; --green: #4fcfa6; --red: #ff9d62; --grey: #aab4be; --yellow: #f0b849;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif;
  overflow-wrap: break-word;
}
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2rem; }
h1 { margin: 0 0 1.1rem; font-size: 1rem; font-weight: 500; color: var(--soft); }
h2 { margin: 3rem 0 .6rem; font-size: 1.3rem; line-height: 1.25; letter-spacing: -.01em; }
h3 { margin: 1.6rem 0 .3rem; font-size: 1rem; }
p, ul, ol, dl, pre, figure { margin: .6rem 0; }
p, li, dd { max-width: 44rem; }
a { color: var(--blue); }
.verdict {
  margin: 0; max-width: none; font-size: clamp(1.35rem, 1rem + 2vw, 2.05rem); line-height: 1.27;
  font-weight: 680; letter-spacing: -.017em; text-wrap: pretty;
}
.aside { font-weight: 400; color: var(--soft); }
.answer {
  display: inline-block; margin: 0 0 .7rem; padding: .16rem .7rem .2rem; border-radius: 1rem;
  background: var(--tone); color: var(--ground); font-size: .9rem; font-weight: 650;
}
.helps { --tone: var(--green); } .hurts { --tone: var(--red); }
.open { --tone: var(--blue); } .none { --tone: var(--grey); }
.power { margin: .8rem 0 0; color: var(--soft); font-size: 1.05rem; }
.notice {
  margin: 1.2rem 0 0; padding: .6rem .9rem; border-left: .3rem solid var(--yellow);
  background: var(--card); max-width: none;
}
.tiles {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(9.2rem, 1fr)); gap: 1px;
  margin: 1.6rem 0 0; border: 1px solid var(--line); border-radius: .6rem; overflow: hidden;
  background: var(--line);
}
.tiles > div { padding: .6rem .9rem .7rem; background: var(--ground); }
.tiles dt, .soft { color: var(--soft); font-size: .87rem; }
.tiles dd { margin: 0; font-size: 1.2rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.tiles dd small { display: block; font-size: .87rem; font-weight: 400; color: var(--soft); }
pre {
  padding: .75rem .9rem; border-radius: .5rem; background: var(--card); overflow-x: auto;
  font-size: .87rem; line-height: 1.5;
}
pre.wraps { white-space: pre-wrap; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { font-size: .9em; } pre code { font-size: inherit; }
figure { margin: 1rem 0 1.4rem; }
img {
  display: block; max-width: min(100%, 36rem); height: auto; border-radius: .5rem;
  background: #fff; border: 1px solid var(--line); padding: .25rem;
}
figcaption, caption { color: var(--soft); font-size: .9rem; text-align: left; max-width: 44rem; }
figcaption { margin-top: .5rem; }
@media screen and (min-width: 58rem) {
  figure { display: grid; grid-template-columns: minmax(0, 36rem) minmax(0, 1fr); gap: 1.6rem; }
  figcaption { margin-top: .3rem; }
}
caption { padding-bottom: .4rem; }
caption span { display: block; position: sticky; left: 0; max-width: min(44rem, 100vw - 2rem); }
.scroll { overflow-x: auto; margin: .9rem 0 1.2rem; }
table { border-collapse: collapse; min-width: 100%; font-size: .92rem; line-height: 1.4; }
th, td {
  padding: .38rem .8rem; border-bottom: 1px solid var(--line); text-align: right;
  vertical-align: top; white-space: nowrap; font-variant-numeric: tabular-nums;
}
th:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
th:first-child { text-align: left; }
th small { display: block; max-width: 36rem; white-space: normal; font-weight: 400; }
small { font-size: .92em; color: var(--soft); } td small { display: block; }
thead th { color: var(--soft); font-weight: 500; vertical-align: bottom; }
tbody th { font-weight: 500; position: sticky; left: 0; background: var(--ground); }
tbody + tbody { border-top: 2px solid var(--line); color: var(--soft); }
.mark {
  margin-left: .5rem; padding: .05rem .5rem; border-radius: 1rem; font-size: .8rem;
  background: var(--green); color: var(--ground);
}
.up { color: var(--green); font-weight: 650; } .down { color: var(--red); font-weight: 650; }
.warning { color: var(--yellow); font-weight: 650; }
ul, ol { padding-left: 1.3rem; } li + li { margin-top: .25rem; }
.classes { columns: 10.5rem; column-gap: 1.6rem; max-width: none; padding-left: 2.2rem; }
.files { columns: 22rem; column-gap: 2rem; max-width: none; }
.classes li, .files li { break-inside: avoid; margin: 0 0 .15rem; max-width: none; }
.pairs {
  display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1.2rem;
  font-size: .92rem;
}
.pairs dt { color: var(--soft); } .pairs dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  table { font-size: .87rem; } th, td { padding: .4rem .5rem; }
  tbody th { white-space: normal; min-width: 8rem; max-width: 12rem; }
  .mark { display: block; width: fit-content; margin: .2rem 0 0; }
}
@media (max-width: 30rem) {
  .pairs { grid-template-columns: minmax(0, 1fr); gap: 0; } .pairs dd { margin-bottom: .4rem; }
}
footer {
  margin-top: 3.5rem; padding-top: 1rem; padding-bottom: 2.5rem; color: var(--soft);
  font-size: .87rem;
}
:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
@page { margin: 16mm 15mm; }
@media print {
  html { font-size: 10pt; } header, main, footer { max-width: none; padding: 0; }
  h2 { margin-top: 1.6rem; } h2, h3, caption { break-after: avoid; }
  figure, tr, li, .tiles, .notice { break-inside: avoid; }
  .scroll { overflow: visible; } th, td { padding: .25rem .5rem; }
  tbody th { position: static; }
  figure { display: grid; grid-template-columns: 11.5cm minmax(0, 1fr); gap: .5cm; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); }
  .files { columns: 18rem; } footer { margin-top: 1.5rem; padding-bottom: 0; }
  .answer, .mark { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""
