// Copy buttons, confirmed in place; aloud too, as the button's own name stays as it is.
const announce = document.getElementById("announce");

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const label = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = "Copied";
  } catch {
    label.textContent = "Could not copy";
  }
  if (announce) announce.textContent = label.textContent;
  setTimeout(() => { label.textContent = "Copy"; }, 1600);
});
