// Scans that are dropped on their page, and one key for each answer. Without this script, the buttons do the same.
(() => {
  "use strict";
  const file = document.getElementById("file");
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) {
      file.files = event.dataTransfer.files;
      document.getElementById("load").requestSubmit();
    }
  });
  addEventListener("keydown", (event) => { // a key that is held down answers one question, not the next ones too
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || document.body.dataset.shortcuts === "off") return;
    if (event.target.matches("input, select, textarea") || !["1", "2"].includes(event.key)) return;
    document.querySelector(`[data-shortcut="${event.key}"]`)?.click();
  });
  addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });
})();
