// Single keys: / search, n new import, ? the list of keys. They can be switched off (preferences).
const off = document.documentElement.dataset.shortcuts === "off";

function typing(target) {
  return target.closest("input, select, textarea, [contenteditable], dialog") !== null;
}

document.addEventListener("keydown", (event) => {
  if (off || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (typing(event.target)) return;
  if (event.key === "/") {
    const search = document.querySelector("[data-key='/']");
    if (!search) return;
    event.preventDefault();
    search.focus();
  } else if (event.key === "n") {
    const link = document.querySelector("[data-key='n']");
    if (link) location.assign(link.href);
  } else if (event.key === "?") {
    location.assign("/help/#keys");
  }
});
