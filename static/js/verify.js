/* The checksum of a chosen file, computed here: the file is sent nowhere, the form sends the checksum alone. */
(() => {
  "use strict";

  const place = document.getElementById("verify-file");
  const form = document.getElementById("verify-form");
  if (!place || !form) return;
  const drop = place.querySelector("[data-drop]");
  const said = document.getElementById("file-said");
  const chosen = document.getElementById("file");

  /* Browsers compute checksums on https and on this machine only. */
  if (!window.isSecureContext || !window.crypto || !window.crypto.subtle) {
    said.textContent = said.dataset.insecure;
    return;
  }
  drop.hidden = false;

  const inHex = (bytes) => [...new Uint8Array(bytes)].map((one) => one.toString(16).padStart(2, "0")).join("");

  const lookUp = async (file) => {
    if (!file) return;
    if (file.size > Number(place.dataset.most) * 1000000) {
      said.textContent = said.dataset.large;
      return;
    }
    said.textContent = `${said.dataset.working} ${file.name}…`;
    try {
      const digest = await window.crypto.subtle.digest("SHA-256", await file.arrayBuffer());
      form.elements.sha256.value = inHex(digest);
    } catch {
      said.textContent = said.dataset.unreadable;
      return;
    }
    form.submit();
  };

  chosen.addEventListener("change", () => lookUp(chosen.files[0]));

  /* Over the whole page: a file that is dropped beside the field would else be opened in place of the page. */
  const holdsFile = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    drop.dataset.over = "";
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) delete drop.dataset.over;
  });
  document.addEventListener("drop", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    delete drop.dataset.over;
    lookUp(event.dataTransfer.files[0]);
  });
})();
