"""How results/index.html looks: the style of the own-images page, with a column of contents."""

from gan_augment.reporting import own_images_style

STYLE = (
    own_images_style.STYLE
    + """
body { display: grid; grid-template-columns: minmax(0, 1fr); }
header, main, footer { max-width: none; margin: 0; padding: 0 1rem; }
header { padding-top: 1.6rem; }
h1 {
  margin: 0 0 .6rem; font-size: clamp(1.5rem, 1.1rem + 2vw, 2.2rem); line-height: 1.2;
  font-weight: 680; letter-spacing: -.017em; color: var(--ink);
}
header p { font-size: 1.1rem; color: var(--soft); }
section > h2 { margin-top: 2.6rem; padding-top: 1.2rem; border-top: 2px solid var(--line); }
h3 { margin: 2.2rem 0 .4rem; font-size: 1.1rem; }
h2, h3 { scroll-margin-top: .8rem; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; padding: .6rem 1rem; }
.up { margin-top: 2rem; font-size: .87rem; }
nav { padding: 1.2rem 1rem 0; font-size: .92rem; line-height: 1.4; }
nav h2 { margin: 0 0 .4rem; font-size: 1rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li + li { margin-top: .35rem; }
nav ul ul { display: none; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
.scroll {
  background:
    linear-gradient(to left, transparent, var(--ground) 60%) 0 0 / 2rem 100% no-repeat local,
    linear-gradient(to right, transparent, var(--ground) 60%) 100% 0 / 2rem 100% no-repeat local,
    linear-gradient(to right, var(--line), transparent) 0 0 / .8rem 100% no-repeat scroll,
    linear-gradient(to left, var(--line), transparent) 100% 0 / .8rem 100% no-repeat scroll;
}
table { font-size: .81rem; }
th:first-child, td:first-child { padding-left: .3rem; }
th:last-child, td:last-child { padding-right: .5rem; }
th:first-child { text-align: right; }
thead th { white-space: normal; min-width: 4rem; max-width: 12rem; }
.left, th.left:first-child { text-align: left; }
td.long, tbody th.long {
  white-space: normal; min-width: 17rem; max-width: 34rem; overflow-wrap: anywhere;
}
.yes, .yes strong { color: var(--green); } .no, .no strong { color: var(--red); }
.open, .open strong { color: var(--blue); } td.soft { font-size: inherit; }
code { overflow-wrap: anywhere; } code span { white-space: nowrap; }
figure, figure.one { display: block; margin: 1.2rem 0 1.6rem; }
img { max-width: 100%; }
.several { display: flex; flex-wrap: wrap; align-items: flex-start; gap: .8rem; }
.several img { max-width: min(100%, 27.5rem); } .several img.wide { max-width: 100%; }
figcaption em { font-style: normal; }
details { margin: .5rem 0 1rem; }
summary { cursor: pointer; color: var(--blue); font-size: .92rem; }
details .scroll { max-height: 75vh; overflow: auto; }
@media screen and (min-width: 64rem) {
  body { grid-template: "nav header" auto "nav main" 1fr "nav footer" auto / 18rem minmax(0, 1fr); }
  header { grid-area: header; } main { grid-area: main; } footer { grid-area: footer; }
  header, main, footer { padding: 0 2rem; max-width: 78rem; }
  header { padding-top: 2rem; }
  nav {
    grid-area: nav; position: sticky; top: 0; align-self: start; height: 100vh;
    padding: 2rem 1rem 2rem 1.4rem; overflow-y: auto; border-right: 1px solid var(--line);
  }
  nav ul ul { display: block; margin: .2rem 0 .6rem; padding-left: .8rem; }
  nav ul ul li { margin: .15rem 0 0; font-size: .93em; }
  nav ul ul a { color: var(--soft); }
  .up { display: none; }
}
@media screen and (max-width: 40rem) {
  .stacks { overflow: visible; background: none; }
  .stacks table, .stacks tbody, .stacks tr, .stacks th, .stacks td { display: block; }
  .stacks thead { position: absolute; left: -99rem; }
  .stacks tr { padding: .6rem 0; border-top: 1px solid var(--line); }
  .stacks tbody th, .stacks td, .stacks td:last-child {
    min-width: 0; max-width: none; padding: .1rem 0; border: 0; text-align: left;
    white-space: normal; position: static;
  }
  .stacks tbody th { font-weight: 650; }
  .stacks td::before { content: attr(data-label) ": "; color: var(--soft); font-weight: 400; }
}
@media print { body { display: block; } nav, .up, .skip { display: none; } }
"""
)
