// Toasts: where they float they go after ten seconds of not being looked at closely. The pointer or
// the focus on one, and a hidden tab, stop its time; elsewhere they stay until they are dismissed.
const LASTS = 10; // seconds
const floats = matchMedia("(width >= 52rem)");
const region = document.getElementById("toasts");

function isHeld(toast) {
  return document.hidden || !floats.matches || toast.matches(":hover, :focus-within");
}

function dismiss(toast) {
  const hadFocus = toast.contains(document.activeElement);
  toast.remove();
  if (hadFocus) document.getElementById("main").focus();
}

function outlive(toast) {
  let left = LASTS;
  const timer = setInterval(() => {
    if (!isHeld(toast)) left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    dismiss(toast);
  }, 1000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (button) dismiss(button.closest(".toast"));
});

document.addEventListener("keydown", (event) => {
  const toast = event.target.closest(".toast");
  if (toast && event.key === "Escape") dismiss(toast);
});

for (const toast of region?.querySelectorAll(".toast") ?? []) outlive(toast);

// A region that comes filled is not read out by screen readers; what is put into it is.
if (region?.firstElementChild) setTimeout(() => {
  if (!region.contains(document.activeElement)) region.append(...region.children);
}, 200);
