// Live parts of pages: they poll by htmx, rest in hidden tabs, and speak up every ten per cent.
const announce = document.getElementById("announce");
let told = null;

function standing(live) {
  const { percent, state } = live.dataset;
  return { tens: Math.floor(Number(percent || 0) / 10), percent, state };
}

function tell(live) {
  const now = standing(live);
  if (told && announce && (told.state !== now.state || told.tens !== now.tens)) {
    announce.textContent = now.percent ? `${now.state}, ${now.percent} %` : now.state;
  }
  told = now;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-live], [data-poll]") && document.hidden) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const live of document.querySelectorAll(":is([data-live], [data-poll])[hx-get]")) {
    window.htmx?.trigger(live, "refresh");
  }
});

document.addEventListener("htmx:afterSettle", () => {
  const live = document.querySelector("[data-live]");
  if (live) tell(live);
});

// A server that does not answer is said once, beside what is live, and taken back when it answers.
function offline(is) {
  for (const note of document.querySelectorAll("[data-offline]")) note.hidden = !is;
}
document.addEventListener("htmx:sendError", () => offline(true));
document.addEventListener("htmx:responseError", () => offline(true));
document.addEventListener("htmx:afterOnLoad", () => offline(false));

// Counts down to a moment, second by second.
setInterval(() => {
  for (const part of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.ceil((Date.parse(part.dataset.until) - Date.now()) / 1000));
    part.textContent = `${left} s`;
  }
}, 500);

const first = document.querySelector("[data-live]");
if (first) tell(first);
