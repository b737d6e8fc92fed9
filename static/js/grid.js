// The table of rows by keyboard: arrows move, Enter edits and saves, Tab saves and goes on, Esc
// leaves a cell as it was. Without this each row's own page does the same.
const table = document.querySelector("table[data-grid]");
const announce = document.getElementById("announce");
const UNREACHED = "The portal does not answer, so nothing was saved. Try again.";

const cellsOf = (row) => [...row.children];
const editable = (cell) => cell?.matches("td[data-column]");

function say(text) {
  if (announce) announce.textContent = text;
}

// One cell at a time is in the order of tabs.
function focus(cell) {
  if (!cell) return;
  for (const other of table.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
  cell.tabIndex = 0;
  cell.focus();
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function at(cell, rows, columns) {
  const row = cell.parentElement;
  const lines = [...table.tBodies[0].rows];
  const line = lines[lines.indexOf(row) + rows];
  return line ? cellsOf(line)[cellsOf(row).indexOf(cell) + columns] : null;
}

function ends(cell, isLast) {
  const cells = cellsOf(cell.parentElement);
  return isLast ? cells.at(-1) : cells[0];
}

const MOVES = {
  ArrowUp: (cell) => at(cell, -1, 0),
  ArrowDown: (cell) => at(cell, 1, 0),
  ArrowLeft: (cell) => at(cell, 0, -1),
  ArrowRight: (cell) => at(cell, 0, 1),
  Home: (cell) => ends(cell, false),
  End: (cell) => ends(cell, true),
};

// The next cell that can be edited, in this row or the next.
function next(cell, step) {
  const all = [...table.querySelectorAll("td[data-column]")];
  return all[all.indexOf(cell) + step] || cell;
}

function prepare(row) {
  for (const cell of cellsOf(row)) cell.tabIndex = -1;
}

function replace(id, html) {
  const made = document.createElement("template");
  made.innerHTML = html.trim();
  const part = made.content.firstElementChild;
  document.getElementById(id)?.replaceWith(part);
  window.htmx?.process(part);
  return part;
}

function complain(cell, text) {
  const box = cell.querySelector("textarea");
  const error = cell.querySelector(".error") || document.createElement("p");
  error.className = "error";
  error.id = "cell-error";
  error.textContent = text;
  cell.append(error);
  box.setAttribute("aria-invalid", "true");
  box.setAttribute("aria-describedby", error.id);
  box.disabled = false;
  box.focus();
  say(text);
}

function posted(cell, box) {
  const { column, seen } = cell.dataset;
  const data = new FormData();
  data.set("csrfmiddlewaretoken", document.querySelector("#ticked [name=csrfmiddlewaretoken]").value);
  data.set("review", document.getElementById("changed")?.dataset.seen || "");
  data.set(`cell-${column}`, box.value);
  data.set(`seen-${column}`, seen);
  return data;
}

async function post(cell, box) {
  const options = { method: "POST", body: posted(cell, box), headers: { Accept: "application/json" } };
  const answer = await fetch(cell.parentElement.dataset.address + location.search, options);
  if (!answer.headers.get("Content-Type")?.includes("json")) throw new Error(answer.status);
  return { isSaved: answer.ok, said: await answer.json() };
}

// What came of it: the row as it is now; or the error beside the cell, what was typed kept.
function settle(cell, { isSaved, said }) {
  if (!isSaved) {
    if (said.seen) cell.dataset.seen = said.seen;
    const now = said.now === undefined ? "" : ` It now holds: ${said.now || "nothing"}. Enter saves yours in its place.`;
    complain(cell, said.error + now);
    return null;
  }
  const place = cellsOf(cell.parentElement).indexOf(cell);
  const row = replace(cell.parentElement.id, said.row);
  prepare(row);
  replace("changes", said.changes);
  const changed = document.getElementById("changed");
  if (changed?.hidden) replace("changed", said.changed);
  say(said.said);
  return cellsOf(row)[place];
}

// Save, then go where `to` says from the cell; null: it stays open.
async function save(cell, to) {
  const box = cell.querySelector("textarea");
  if (box.disabled) return;
  if (box.value === box.defaultValue && !box.hasAttribute("aria-invalid")) {
    close(cell);
    focus(to(cell));
    return;
  }
  box.disabled = true;
  try {
    const saved = settle(cell, await post(cell, box));
    if (saved) focus(to(saved));
  } catch {
    complain(cell, UNREACHED);
  }
}

function close(cell) {
  cell.querySelector(".editor")?.remove();
  cell.querySelector(".error")?.remove();
  cell.querySelector(".value").hidden = false;
}

function open(cell) {
  if (!editable(cell) || cell.querySelector("textarea")) return;
  if (cell.matches("[data-long]")) {
    location.assign(cell.parentElement.dataset.address + location.search);
    return;
  }
  const value = cell.querySelector(".value");
  const box = document.createElement("textarea");
  box.className = "editor";
  box.rows = Math.min(6, value.textContent.split("\n").length);
  box.defaultValue = value.textContent;
  box.setAttribute("aria-label", `${cell.dataset.label}, row ${cell.parentElement.id.slice(4)}`);
  value.hidden = true;
  value.after(box);
  box.focus();
  box.select();
}

function editing(event, cell) {
  if (event.isComposing) return;
  if (event.key === "Escape") {
    close(cell);
    focus(cell);
  } else if (event.key === "Enter" && !event.altKey && !event.shiftKey) {
    save(cell, (one) => one);
  } else if (event.key === "Tab") {
    save(cell, (one) => next(one, event.shiftKey ? -1 : 1));
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function moving(event, cell) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target !== cell) return;
  if (event.key === "Enter" || event.key === "F2") {
    if (!editable(cell)) return;
    open(cell);
  } else if (MOVES[event.key]) {
    focus(MOVES[event.key](cell));
  } else {
    return;
  }
  event.preventDefault();
}

if (table) {
  table.setAttribute("role", "grid");
  for (const row of table.tBodies[0].rows) prepare(row);
  const first = table.querySelector("td[data-column]");
  if (first) first.tabIndex = 0;
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("tbody :is(td, th)");
    if (!cell) return;
    if (event.target.matches("textarea")) editing(event, cell);
    else moving(event, cell);
  });
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (cell && !event.target.closest("a, button, input, textarea, label")) focus(cell);
  });
  table.addEventListener("dblclick", (event) => open(event.target.closest("td[data-column]")));
  table.addEventListener("focusout", (event) => {
    const cell = event.target.matches("textarea.editor") && event.target.closest("td");
    if (!cell || event.target.disabled || !event.target.isConnected) return;
    if (event.target.value === event.target.defaultValue) close(cell);
  });
}
