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
    else if (event.target.closest(".scans")) showWhatIsStated(20);
    event.target.dataset.sent = "yes";
  });
  // The answer to a statement is a file to save, so the page stays: it shows what was stated as soon as the desk knows.
  const showWhatIsStated = (tries) => setTimeout(async () => {
    const list = await listNow(), shown = document.querySelector(".scans");
    if (list && shown && said(list) !== said(shown)) shown.replaceWith(list);
    else if (tries) showWhatIsStated(tries - 1);
  }, 500);
  const listNow = async () => {
    try {
      const answer = await fetch(location.pathname);
      return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".scans");
    } catch { // the desk does not answer just now
      return null;
    }
  };
  const said = (list) => [...list.querySelectorAll(".stated")].map((line) => line.textContent).join();
})();
