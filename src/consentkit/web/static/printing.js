// What the printing pages do: they open the dialog once, when the papers are there, and have a button that opens it again.
// Loaded before the frame of the papers is read, unlike desk.js: the papers may be there sooner than the page is whole,
// and whoever listens only then waits for ever.
"use strict";

(() => {
  // A page instead of the papers says why there are none. Browsers hide the document of a PDF, or say what it is.
  const hasPapers = (frame) => {
    try { return frame.contentDocument?.contentType !== "text/html"; } catch { return true; }
  };
  const print = (frame) => {
    if (!hasPapers(frame)) return;
    frame.contentWindow.focus();
    frame.contentWindow.print();
  };

  let isDue = true; // not when the papers are loaded again
  const isLoaded = (event) => {
    const frame = event.target;
    if (frame.id !== "to-print" || !frame.dataset.atOnce || !isDue) return;
    isDue = false;
    setTimeout(() => print(frame), 500);
  };
  document.addEventListener("load", isLoaded, { capture: true }); // a frame's `load` does not rise to the document

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("print-now");
    button.hidden = false;
    button.addEventListener("click", () => print(document.getElementById("to-print")));
  });
})();
