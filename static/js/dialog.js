// Confirmations: a link to a confirming page opens as a dialog (its page works just as well). The
// harmless choice has the focus; afterwards whatever opened the dialog has it again.
const dialog = document.getElementById("dialog");
let opener = null;

export function show(by) {
  opener = by;
  dialog.setAttribute("aria-labelledby", "dialog-title"); // which only what is shown has
  dialog.showModal();
  dialog.querySelector("[data-close]")?.focus();
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (dialog && event.target === dialog && !dialog.open) show(event.detail.requestConfig.elt);
});

dialog?.addEventListener("click", (event) => {
  const closes = event.target.closest("[data-close]");
  if (closes) event.preventDefault();
  if (closes || event.target === dialog) dialog.close();
});

// What opened it may have been swapped in the meantime: then its successor is meant.
dialog?.addEventListener("close", () => {
  dialog.replaceChildren();
  const back = opener?.isConnected ? opener : document.getElementById(opener?.id);
  (back || document.getElementById("main")).focus({ preventScroll: true });
});
