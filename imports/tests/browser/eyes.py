"""What eyes and fingers find wrong with a page, as scripts that answer with a list of sentences."""

CUT_OFF = """() => {
  const wide = document.documentElement.clientWidth;
  const all = document.documentElement.scrollWidth;
  const found = all > wide ? [`the page is ${all} wide`] : [];
  const scrolls = (at) =>
    at && (/auto|scroll/.test(getComputedStyle(at).overflowX) || scrolls(at.parentElement));
  const seen = (at) => at.checkVisibility({ visibilityProperty: true })
    && getComputedStyle(at).clipPath === "none" && !at.closest(".visually-hidden, .skip");
  const things = "a, button, input, select, textarea, summary, h1, h2, p, dd, td, time, .badge";
  for (const at of document.querySelectorAll(things)) {
    const box = at.getBoundingClientRect();
    if (!box.width || !seen(at) || scrolls(at.parentElement)) continue;
    if (box.left >= -1 && box.right <= wide + 1) continue;
    found.push(`${at.localName} ${at.innerText || at.name} from ${box.left} to ${box.right}`);
  }
  return found.map((one) => one.slice(0, 120));
}"""

SMALL = """() => [...document.querySelectorAll(
    "button, .button, .chip, .nav a, select, summary, input")]
  .filter((at) => !/checkbox|radio|hidden/.test(at.type || "") && at.checkVisibility()
    && !at.matches("[aria-hidden=true]"))
  .map((at) => [at, at.getBoundingClientRect()])
  .filter(([, box]) => box.width && box.height < 39.5)
  .map(([at, box]) => `${at.localName} ${at.innerText || at.name}: ${box.height} high`)"""

WITHOUT_EDGE = """() => [...document.querySelectorAll(
    "main .button, main .badge, main .chip, main .note")]
  .filter((at) => at.checkVisibility() && getComputedStyle(at).borderTopStyle === "none")
  .map((at) => at.outerHTML.slice(0, 80))"""

MOVING = """() => document.getAnimations()
  .filter((one) => one.playState === "running")
  .map((one) => one.animationName || one.transitionProperty)"""
