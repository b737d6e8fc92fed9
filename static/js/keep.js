// What a person is doing in a part of the page that is swapped goes on in the new one: the focus,
// what stands open and how far it is scrolled, what was typed or chosen; and what they look at stays
// where it is in the window.
const DOING = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";

// What a summary opens: by its id where it has one, else by its words without numbers.
function folded(summary) {
  return summary.parentElement.id || summary.textContent.replace(/\d/g, "").trim();
}

const scrolled = (summary) => summary.parentElement.querySelector(".table-box");

// The same control in the old part and in the new one: by what it is, and which of its like.
function sign(element) {
  const address = (element.getAttribute("href") || element.form?.getAttribute("action") || "").split("?")[0];
  const label = element.matches("summary") ? folded(element) : "";
  const choice = element.type === "radio" || element.type === "checkbox" ? element.value : "";
  return [element.localName, element.id, address, element.name || "", choice, label].join("|");
}

function signed(part) {
  const found = new Map();
  const alike = new Map();
  for (const element of part.querySelectorAll(DOING)) {
    const own = sign(element);
    alike.set(own, (alike.get(own) || 0) + 1);
    found.set(`${own}|${alike.get(own)}`, element);
  }
  return found;
}

function isChanged(element) {
  if (element.localName === "select") return [...element.options].some((one) => one.selected !== one.defaultSelected);
  if (element.type === "radio" || element.type === "checkbox") return element.checked !== element.defaultChecked;
  return "defaultValue" in element && element.value !== element.defaultValue;
}

// What has the focus, if it is in the window, else what stands highest in it.
function looked(found, at) {
  const places = [...found].map(([key, element]) => [key, element, element.getBoundingClientRect()]);
  const inside = places.filter(([, , box]) => box.height && box.top >= 0 && box.bottom <= innerHeight);
  const one = inside.find(([, element]) => element === at) || inside[0];
  return one && { key: one[0], top: one[2].top };
}

// What is to be remembered of a part before it goes.
export function remember(part) {
  const at = document.activeElement;
  const found = signed(part);
  const kept = { held: null, caret: null, open: new Map(), typed: new Map(), had: part.contains(at) };
  kept.looked = looked(found, at);
  for (const [key, element] of found) {
    if (element === at) kept.held = key;
    if (element === at && element.selectionStart != null) kept.caret = [at.selectionStart, at.selectionEnd];
    if (element.matches("summary")) {
      kept.open.set(key, { open: element.parentElement.open, top: scrolled(element)?.scrollTop });
    }
    if (isChanged(element)) kept.typed.set(key, { value: element.value, checked: element.checked });
  }
  return kept;
}

// Brings it back in the new part; a control that is gone leaves the focus on the part's heading.
export function recall(part, kept) {
  const found = signed(part);
  for (const [key, { open, top }] of kept.open) {
    const summary = found.get(key);
    if (!summary) continue;
    summary.parentElement.open = open;
    if (top) scrolled(summary)?.scrollTo({ top, behavior: "instant" });
  }
  for (const [key, { value, checked }] of kept.typed) {
    const element = found.get(key);
    if (!element) continue;
    if (element.type === "radio" || element.type === "checkbox") element.checked = checked;
    else element.value = value;
  }
  const held = found.get(kept.held);
  if (kept.had && !part.contains(document.activeElement)) (held || heading(part)).focus({ preventScroll: true });
  if (held && kept.caret) held.setSelectionRange(...kept.caret);
  const looked = kept.looked && found.get(kept.looked.key);
  if (looked) scrollBy({ top: looked.getBoundingClientRect().top - kept.looked.top, behavior: "instant" });
}

function heading(part) {
  const first = part.querySelector("h2, h3") || part;
  first.tabIndex = -1;
  return first;
}
