// Confirmations: a link to a confirming page opens as a dialog (its page works just as well).
const dialog = document.getElementById("dialog");

document.addEventListener("htmx:afterSwap", (event) => {
  if (dialog && event.target === dialog && !dialog.open) dialog.showModal();
});

dialog?.addEventListener("click", (event) => {
  const closes = event.target.closest("[data-close]");
  if (closes) event.preventDefault();
  if (closes || event.target === dialog) dialog.close();
});

dialog?.addEventListener("close", () => dialog.replaceChildren());
