// Uploads: a list of files with progress and cancel, each an import of its own. Without scripts the
// form sends its input.
import { gather } from "./gather.js";
import { earlier } from "./known.js";
import { Line, sized } from "./line.js";
import { post } from "./post.js";

const AT_ONCE = 2;

class Uploads {
  constructor(form) {
    this.form = form;
    this.lines = [];
    this.running = new Map();
    this.told = -1;
    this.most = { bytes: Number(form.dataset.mostBytes), files: Number(form.dataset.mostFiles) };
    this.dialog = form.closest("[data-upload-dialog]");
    gather(form.querySelector("input[type=file]"), (files) => this.take(files));
    form.addEventListener("submit", (event) => this.submit(event));
    form.addEventListener("change", (event) => this.changed(event));
    this.part("cancel").addEventListener("click", () => this.cancel());
    this.part("close")?.addEventListener("click", () => this.dialog.close());
    this.dialog?.addEventListener("cancel", (event) => this.running.size && event.preventDefault());
    this.dialog?.addEventListener("close", () => this.empty());
    window.addEventListener("beforeunload", (event) => this.running.size && event.preventDefault());
  }

  part(name) {
    return this.form.querySelector(`[data-part='${name}']`);
  }

  value(name) {
    return this.form.elements.namedItem(name)?.value || "";
  }

  complain(sentence) {
    const box = this.part("complaint");
    box.querySelector("p").textContent = sentence;
    box.hidden = !sentence;
    if (sentence) box.focus();
  }

  // --- the list --------------------------------------------------------------------------------

  take(files) {
    this.complain("");
    if (this.dialog && !this.dialog.open) this.dialog.showModal();
    const room = this.most.files - this.lines.filter((line) => line.state !== "refused").length;
    if (files.length > room) {
      this.complain(`At most ${this.most.files} files go at once: ${files.length - room} were left out. Upload them in a second go.`);
    }
    for (const file of files.slice(0, room)) this.add(file);
    this.show();
    if (!this.dialog) this.part("files").scrollIntoView({ block: "nearest" }); // dropped further down
  }

  add(file) {
    const line = new Line(this.part("line"), file, (one) => this.remove(one));
    this.lines.push(line);
    this.part("files").append(line.element);
    if (file.size > this.most.bytes) line.refuse(this.form.dataset.tooLarge);
    else line.checked = this.check(line);
  }

  async check(line) {
    const address = this.askAt();
    const found = address && (await earlier(line.file, address, this.value("csrfmiddlewaretoken")));
    if (address === this.askAt() && line.state === "waiting") line.known(found);
    this.show();
  }

  // Where to ask whether the chosen customer has a file already.
  askAt() {
    const slug = this.value("customer");
    if (this.form.dataset.known || !slug) return this.form.dataset.known || "";
    return `${this.form.dataset.customers}${encodeURIComponent(slug)}/known/`;
  }

  changed(event) {
    if (event.target.name === "customer") {
      for (const line of this.lines) if (line.state === "waiting") line.checked = this.check(line);
      this.offerTemplate(event.target.value);
    }
    this.show();
  }

  offerTemplate(slug) {
    const offer = this.part("template");
    offer.hidden = !slug;
    if (slug) offer.querySelector("a").href = `${this.form.dataset.customers}${encodeURIComponent(slug)}/template.xlsx`;
  }

  remove(line) {
    if (this.running.has(line)) return this.running.get(line).cancel();
    this.lines = this.lines.filter((one) => one !== line);
    line.element.remove();
    this.show();
    return this.form.querySelector("button[type=submit]").focus(); // where it was is gone
  }

  empty() {
    this.cancel();
    for (const line of this.lines) line.element.remove();
    this.lines = [];
    this.complain("");
    this.show();
  }

  // --- sending ---------------------------------------------------------------------------------

  async submit(event) {
    event.preventDefault();
    if (this.running.size) return;
    await Promise.all(this.lines.map((line) => line.checked));
    const waiting = this.lines.filter((line) => line.isToSend);
    if (!waiting.length) {
      const held = this.lines.some((line) => line.state === "waiting");
      this.complain(held ? "Nothing is left to upload: tick what you want to import again." : "Choose a spreadsheet: a CSV or an Excel workbook (.xlsx).");
      return;
    }
    this.complain("");
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.sendAll()));
    this.finish(waiting);
  }

  async sendAll() {
    for (let line = this.next(); line; line = this.next()) await this.send(line);
  }

  next() {
    return this.lines.find((line) => line.isToSend);
  }

  async send(line) {
    const data = new FormData();
    for (const name of ["csrfmiddlewaretoken", "together", "customer"]) data.set(name, this.value(name));
    data.set("file", line.file, line.file.name);
    line.sending();
    const sending = post(this.form.action, data, (sent, all) => {
      line.progress(sent, all);
      this.show();
    });
    this.running.set(line, sending);
    this.show();
    const { url, errors, cancelled } = await sending.done;
    this.running.delete(line);
    if (url) line.taken(url);
    else line.refuse(cancelled ? "Cancelled. Nothing of this file was kept." : (errors || []).join(" "));
    this.show();
  }

  cancel() {
    for (const line of this.lines) {
      if (line.isToSend && this.running.size) line.refuse("Cancelled before it was uploaded.");
    }
    for (const sending of this.running.values()) sending.cancel();
  }

  // What was refused before these were sent was read already, and holds nobody up.
  finish(lines) {
    const taken = this.lines.filter((line) => line.state === "taken");
    const refused = lines.filter((line) => line.state === "refused");
    this.onward = taken.length === 1 ? taken[0].url : this.form.dataset.together;
    if (taken.length && !refused.length) location.assign(this.onward);
    else if (refused.length) {
      const many = `${refused.length} of ${lines.length} files were not taken; the reasons stand beside them.`;
      this.complain(lines.length > 1 ? many : lines[0].part("refused").innerText);
    }
    this.show();
  }

  // --- what is seen ----------------------------------------------------------------------------

  show() {
    const waiting = this.lines.filter((line) => line.isToSend);
    const taken = this.lines.filter((line) => line.state === "taken");
    const sending = this.running.size > 0;
    this.part("files").hidden = !this.lines.length;
    this.part("progress").hidden = !sending;
    this.part("submit").textContent = waiting.length > 1 ? `Upload ${waiting.length} files` : "Upload";
    this.form.querySelector("button[type=submit]").disabled = sending;
    const onward = this.part("onward");
    onward.hidden = sending || !taken.length || !this.onward;
    onward.href = this.onward || "";
    onward.textContent = taken.length === 1 ? "Go on with the file that was taken" : `Go on with ${taken.length} files`;
    if (sending) this.total();
  }

  total() {
    const lines = this.lines.filter((line) => line.state !== "refused" && !line.isHeld);
    const all = lines.reduce((sum, line) => sum + line.file.size, 0);
    const sent = lines.reduce((sum, line) => sum + line.sent, 0);
    const percent = all ? Math.floor((sent / all) * 100) : 0;
    const done = lines.filter((line) => line.state === "taken").length;
    const files = lines.length > 1 ? `${done} of ${lines.length} files, ` : "";
    const words = `${files}${sized(sent)} of ${sized(all)}, ${percent} %`;
    this.part("bar").value = percent / 100;
    this.part("words").textContent = words;
    if (Math.floor(percent / 10) !== this.told) this.part("said").textContent = `Uploading: ${words}`;
    this.told = Math.floor(percent / 10);
  }
}

const form = document.querySelector("form[data-upload]");
if (form) new Uploads(form);
