import { spelt } from "./names.js";

// One file in the list of those to upload: what is shown of it, and what may be done with it.
export function sized(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1048576) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1048576).toFixed(1)} MB`;
}

export class Line {
  constructor(template, file, onRemove) {
    this.file = file;
    this.name = spelt(file.name);
    this.state = "waiting"; // then sending, taken or refused
    this.sent = 0;
    this.element = template.content.cloneNode(true).firstElementChild;
    this.part("name").textContent = this.name;
    this.part("size").textContent = sized(file.size);
    this.part("bar").setAttribute("aria-label", `Upload of ${this.name}`);
    this.part("again").setAttribute("aria-label", `Import ${this.name} again`);
    this.part("remove").setAttribute("aria-label", `Remove ${this.name}`);
    this.part("remove").addEventListener("click", () => onRemove(this));
  }

  part(name) {
    return this.element.querySelector(`[data-line='${name}']`);
  }

  // Known already, and nobody said that it is meant to be imported again.
  get isHeld() {
    return !this.part("known").hidden && !this.part("again").checked;
  }

  get isToSend() {
    return this.state === "waiting" && !this.isHeld;
  }

  refuse(sentence) {
    this.state = "refused";
    this.part("bar").hidden = this.part("words").hidden = this.part("known").hidden = true;
    this.part("refused").querySelector("span").textContent = sentence;
    this.part("refused").hidden = false;
    this.removable("Remove");
  }

  known(earlier) {
    this.part("known").hidden = !earlier;
    this.part("again").checked = false;
    if (!earlier) return;
    this.part("sentence").textContent = `${earlier.sentence} It is left out unless you tick:`;
    this.part("open").href = earlier.url;
  }

  sending() {
    this.state = "sending";
    this.part("bar").hidden = this.part("words").hidden = false;
    this.removable("Cancel");
    this.progress(0, this.file.size);
  }

  progress(sent, all) {
    this.sent = Math.min(sent, this.file.size);
    const share = all ? sent / all : 0;
    this.part("bar").value = share;
    this.part("words").textContent = share >= 1
      ? "Uploaded. Storing the file …"
      : `${sized(this.sent)} of ${sized(this.file.size)}, ${Math.floor(share * 100)} %`;
  }

  taken(url) {
    this.state = "taken";
    this.url = url;
    this.sent = this.file.size;
    this.part("bar").value = 1;
    this.part("words").textContent = "Stored.";
    this.part("remove").hidden = true;
  }

  removable(word) {
    this.part("remove").textContent = word;
    this.part("remove").setAttribute("aria-label", `${word} ${this.name}`);
  }
}
