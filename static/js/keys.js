// Single keys: / search, n new import, ? the list of keys. They can be switched off (preferences).
import { show } from "./dialog.js";

const off = document.documentElement.dataset.shortcuts === "off";

function typing(target) {
  return target.closest("input, select, textarea, [contenteditable], dialog") !== null;
}

function list() {
  const keys = document.getElementById("keys-list");
  if (!keys) return;
  document.getElementById("dialog").replaceChildren(keys.content.cloneNode(true));
  show(document.activeElement);
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
    list();
  }
});
