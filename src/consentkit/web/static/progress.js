// While the desk prints or reads scans, which a form has begun, the page says how far that has come. Without this
// script, the browser alone shows that it waits. A screen reader gets a sentence now and then, and not each of them.
"use strict";

(() => {
  const SECOND = 1000;
  const BETWEEN_SPOKEN = 20 * SECOND;
  const shown = document.getElementById("progress");
  const spoken = document.getElementById("progress-spoken");
  let lastSpoken = Date.now();

  addEventListener("progress-of-work", (event) => {
    if (Date.now() - lastSpoken < BETWEEN_SPOKEN) return;
    lastSpoken = Date.now();
    spoken.textContent = event.detail;
  });

  const follow = async (address) => {
    try {
      const answer = await fetch(address, { headers: { "X-Desk-Refresh": "1" }, redirect: "manual" });
      if (answer.status === 200) {
        const text = await answer.text();
        shown.hidden = false;
        shown.textContent = text;
        dispatchEvent(new CustomEvent("progress-of-work", { detail: text }));
      }
    } catch { /* the answer to the form is on its way, or the program has ended */ }
    setTimeout(follow, SECOND, address);
  };

  addEventListener("submit", (event) => {
    const address = event.target.dataset.long;
    if (!address || event.target.dataset.followed) return;
    event.target.dataset.followed = "yes";
    lastSpoken = Date.now();
    setTimeout(follow, SECOND, address);
  });
})();
