// Uploads with progress and cancel, and files dropped anywhere on the page. Without it the form works.
const form = document.querySelector("form[data-upload]");

if (form) {
  let request = null;
  const part = (name) => form.querySelector(`[data-part='${name}']`);
  const input = () => form.querySelector("input[type=file]");
  const most = Number(form.dataset.mostBytes);

  const size = (bytes) => `${(bytes / 1048576).toFixed(bytes < 10485760 ? 1 : 0)} MB`;

  function complain(sentence) {
    const box = part("complaint");
    box.querySelector("p").textContent = sentence;
    box.hidden = false;
    box.focus();
  }

  function chosen() {
    const file = input().files[0];
    part("complaint").hidden = true;
    part("chosen").textContent = file ? `${file.name} (${size(file.size)})` : "";
    if (!file) return;
    if (file.size > most) {
      complain(`${file.name} has ${size(file.size)}; at most ${size(most)} can be read. Split it.`);
      input().value = "";
      part("chosen").textContent = "";
    }
  }

  function sending(is) {
    part("progress").hidden = !is;
    for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = is;
  }

  function show(share, sent, all) {
    const whole = share >= 1;
    part("bar").value = share;
    part("words").textContent = whole
      ? "Uploaded. Storing the file …"
      : `${Math.round(share * 100)} %: ${size(sent)} of ${size(all)}`;
  }

  function finished() {
    const { status, responseText } = request;
    sending(false);
    let answer = {};
    try {
      answer = JSON.parse(responseText);
    } catch {
      answer = {};
    }
    if (answer.url) location.assign(answer.url);
    else complain(answer.errors?.join(" ") || `The portal did not take the file (${status}). Nothing was kept; try again.`);
  }

  function submit(event) {
    event.preventDefault();
    if (request && request.readyState !== XMLHttpRequest.DONE) return;
    request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (e) => show(e.loaded / e.total, e.loaded, e.total));
    request.addEventListener("load", finished);
    request.addEventListener("error", () => {
      sending(false);
      complain("The connection broke off. Nothing was kept; try again.");
    });
    request.addEventListener("abort", () => {
      sending(false);
      complain("The upload was cancelled. Nothing was kept.");
    });
    sending(true);
    show(0, 0, input().files[0]?.size || 0);
    request.send(new FormData(form));
  }

  function dropped(event) {
    event.preventDefault();
    document.body.classList.remove("dragging");
    const files = event.dataTransfer.files;
    if (!files.length) return;
    if (files.length > 1) {
      complain("One file at a time: an import is one spreadsheet for one customer.");
      return;
    }
    input().files = files;
    chosen();
  }

  form.addEventListener("change", (event) => event.target === input() && chosen());
  form.addEventListener("submit", submit);
  part("cancel").addEventListener("click", () => request?.abort());
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dragging");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dragging");
  });
  document.addEventListener("drop", dropped);
}
