// A file's name with a mark for each character that cannot be seen, as the server's pages show it:
// a right-to-left override would show "invoice_gpj.csv" as "invoice_vsc.jpg".
const HIDDEN = /(?![\u200c\u200d\ufe00-\ufe0f])[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu;

export function spelt(name) {
  return name.replace(HIDDEN, (found) => {
    const code = found.codePointAt(0).toString(16).toUpperCase();
    return `[U+${code.padStart(4, "0")}]`;
  });
}
