// After a page came back with errors, the focus is on their summary.
export function focusSummary(root = document) {
  root.querySelector("[data-focus]")?.focus();
}

focusSummary();
document.addEventListener("htmx:afterSwap", (event) => focusSummary(event.target));
