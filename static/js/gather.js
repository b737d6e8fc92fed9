// Files from anywhere on the page: dropped, pasted, or chosen in the input.
import { pasted } from "./cells.js";

const holdsFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");

function dragging(is) {
  document.body.classList.toggle("dragging", is);
}

// Calls `take` with a list of files whenever there are some.
export function gather(input, take) {
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // the list below is what is sent, and the same file may be chosen again
    if (files.length) take(files);
  });
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    dragging(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) dragging(false);
  });
  document.addEventListener("drop", (event) => {
    dragging(false);
    if (!holdsFiles(event)) return;
    event.preventDefault();
    const files = [...event.dataTransfer.files];
    if (files.length) take(files);
  });
  document.addEventListener("paste", (event) => {
    if (event.target.closest?.("input, textarea, [contenteditable]")) return;
    const files = pasted(event.clipboardData);
    if (!files.length) return;
    event.preventDefault();
    take(files);
  });
}
