// Live parts of pages: they poll by htmx, seldom in hidden tabs, speak up every ten per cent, and
// let whoever is at work in them go on (keep.js).
import { recall, remember } from "./keep.js";

const LIVE = "[data-live], [data-poll]";
const announce = document.getElementById("announce");
const told = new Map();  // by the part's id: a page may have several

function standing(live) {
  const { percent, state } = live.dataset;
  return { tens: Math.floor(Number(percent || 0) / 10), percent, state };
}

// What is to be said of a part, if it has come on since; of one that is seen first, nothing.
function news(live) {
  const now = standing(live);
  const before = told.get(live.id);
  told.set(live.id, now);
  if (!before || (before.state === now.state && before.tens === now.tens)) return "";
  return now.percent ? `${now.state}, ${now.percent} %` : now.state;
}

function tell() {
  const said = [...document.querySelectorAll("[data-live]")].map(news).filter(Boolean);
  if (said.length && announce) announce.textContent = said.join(". ");
}

// Of a hidden tab the title is seen, which tells how far the work is: now and then a poll goes out.
const REST = 30_000;
const opened = Date.now();
const asked = new Map();

document.addEventListener("htmx:beforeRequest", (event) => {
  const { target } = event;
  if (!target.matches(LIVE)) return;
  if (document.hidden && Date.now() - (asked.get(target.id) || opened) < REST) event.preventDefault();
  else asked.set(target.id, Date.now());
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const live of document.querySelectorAll(":is([data-live], [data-poll])[hx-get]")) {
    window.htmx?.trigger(live, "refresh");
  }
});

const leaving = new Map();

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.shouldSwap && detail.target.id && detail.target.matches(LIVE)) {
    leaving.set(detail.target.id, remember(detail.target));
  }
});

document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (!leaving.has(target.id)) return;
  recall(target, leaving.get(target.id));
  leaving.delete(target.id);
});

document.addEventListener("htmx:afterSettle", tell);

// A portal that does not answer, or a proxy that says so for it, is said once on the page, and taken
// back when a part is answered: also by a refusal, which is an answer.
const GATEWAY = [502, 503, 504];

function silent(part, is) {
  if (!part.matches(LIVE)) return;
  for (const note of document.querySelectorAll("[data-offline]")) note.hidden = !is;
}
document.addEventListener("htmx:sendError", ({ target }) => silent(target, true));
document.addEventListener("htmx:beforeOnLoad", ({ target, detail }) => {
  silent(target, GATEWAY.includes(detail.xhr.status));
});

// Counts down to a moment, second by second.
setInterval(() => {
  for (const part of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.ceil((Date.parse(part.dataset.until) - Date.now()) / 1000));
    part.textContent = `${left} s`;
  }
}, 500);

tell();
