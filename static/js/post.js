// One upload with progress, which can be cancelled.
const BROKEN = "The connection broke off. Nothing was kept; try again.";
const SIGNED_OUT = "You were signed out. Sign in in another tab, then upload again; nothing was kept.";

function understood({ status, responseText, responseURL }) {
  if (responseURL.includes("/sign-in/")) return { errors: [SIGNED_OUT] };
  try {
    return JSON.parse(responseText);
  } catch {
    const said = responseText && !responseText.includes("<") ? responseText : "";
    return { errors: [said || `The portal did not take the file (${status}). Nothing was kept; try again.`] };
  }
}

// Returns {done, cancel}: `done` gives {url} or {errors}, or {cancelled: true}, and never fails.
export function post(address, data, onProgress) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve) => {
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded, event.total));
    request.addEventListener("load", () => resolve(understood(request)));
    request.addEventListener("error", () => resolve({ errors: [BROKEN] }));
    request.addEventListener("abort", () => resolve({ cancelled: true }));
  });
  request.open("POST", address);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-Requested-With", "fetch");
  request.send(data);
  return { done, cancel: () => request.abort() };
}
