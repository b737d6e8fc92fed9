// What was pasted, as a file: cells of a spreadsheet program, or a table of a page or mail.
const NAME = "pasted cells.tsv";

function quoted(cell) {
  return /[\t\r\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

// Rows of the first table, read without being shown: nothing in it runs or is loaded.
function rowsOf(html) {
  const table = new DOMParser().parseFromString(html, "text/html").querySelector("table");
  if (!table) return [];
  return [...table.rows].map((row) =>
    [...row.cells].flatMap((cell) => [cell.textContent.trim(), ...Array(cell.colSpan - 1).fill("")]),
  );
}

function textOf(clipboard) {
  const plain = clipboard.getData("text/plain");
  if (plain.includes("\t")) return plain;
  const rows = rowsOf(clipboard.getData("text/html"));
  if (rows.length) return rows.map((row) => row.map(quoted).join("\t")).join("\r\n");
  return plain.trim().includes("\n") ? plain : "";
}

// The pasted file or files; none when what was pasted is no table.
export function pasted(clipboard) {
  if (clipboard.files.length) return [...clipboard.files];
  const text = textOf(clipboard);
  return text ? [new File([text], NAME, { type: "text/tab-separated-values" })] : [];
}
