// The row that stands open is in the address, so that a link shows a colleague the same row.
function openFromAddress() {
  const row = document.getElementById(location.hash.slice(1));
  if (!row?.matches("details.group")) return;
  row.open = true;
  row.scrollIntoView({ block: "nearest" });
}

for (const row of document.querySelectorAll("details.group[id]")) {
  row.addEventListener("toggle", () => {
    const hash = row.open ? `#${row.id}` : "";
    if (!row.open && location.hash !== `#${row.id}`) return; // another one was opened since
    history.replaceState(history.state, "", location.pathname + location.search + hash);
  });
}

openFromAddress();
window.addEventListener("hashchange", openFromAddress);
