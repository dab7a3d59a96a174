// What the page of the day does beyond its forms: it refreshes itself, shows the papers of an edit, knows keys, and
// locks itself. Everything else works without it. Nothing is stored in the browser.
"use strict";

(() => {
  const body = document.body;
  const byId = (id) => document.getElementById(id);
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");
  const IDLE = 5 * 60 * 1000;
  body.dataset.script = "ready"; // this runs in one go, so that whoever sees it is listened to
  const isTyping = (element) => element.closest("input:not([type=checkbox], [type=radio]), select, textarea") !== null;

  // --- the table refreshes itself ---

  const locked = () => location.replace(body.dataset.locked);

  const swap = (before, after) => {
    const focused = document.activeElement;
    const row = focused && focused.closest("tbody[data-key]");
    const place = row ? [...row.querySelectorAll("a, button")].indexOf(focused) : -1;
    before.replaceWith(after);
    if (row) {
      const again = byId(row.id);
      const targets = again ? [...again.querySelectorAll("a, button")] : [];
      (targets[place] || targets[0] || byId("visits")).focus({ preventScroll: true });
    }
  };

  const announce = (text) => {
    byId("said").hidden = false;
    byId("said-text").textContent = text;
  };

  let isTouched = false; // whether something was typed beside the visits, which a page that loads anew would lose
  byId("details")?.addEventListener("input", () => { isTouched = true; });

  const refresh = async () => {
    const rows = byId("rows");
    const address = new URL(body.dataset.rows, location.href);
    address.searchParams.set("version", rows.dataset.version);
    const answer = await fetch(address, { headers: { "X-Desk-Refresh": "1" }, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return locked();
    if (answer.status === 204) return undefined; // the table is the newest one
    const fresh = parsed(await answer.text()).getElementById("rows");
    if (!fresh) return undefined;
    const answers = [...rows.querySelectorAll(".needs :is(input:not([type=hidden]), select)")];
    if (answers.some((one) => one === document.activeElement || (one.type === "checkbox" ? one.checked : one.value))) return undefined;
    const wasWaiting = Number(rows.dataset.waiting);
    const isEditing = isTouched || document.activeElement.closest("#details") || isTyping(document.activeElement);
    swap(rows, document.adoptNode(fresh));
    if (Number(fresh.dataset.waiting)) {
      dispatchEvent(new CustomEvent("progress-of-work", { detail: byId("counts").textContent.trim() }));
    }
    if (wasWaiting && !Number(fresh.dataset.waiting)) {
      announce(byId("counts").textContent.trim());
      // Buttons above the table and beside it may be other ones now.
      if (!isEditing) {
        delete body.dataset.script;
        location.reload();
      }
    }
    return undefined;
  };

  const keepFresh = async () => {
    const rows = byId("rows");
    if (!document.hidden && !byId("sought")?.value) {
      try { await refresh(); } catch { /* the program has ended, or is busy: the next time will show */ }
    }
    setTimeout(keepFresh, Number(rows.dataset.waiting) ? 1000 : 4000);
  };
  if (body.dataset.rows) setTimeout(keepFresh, 1000);

  // --- the papers of an edit that is not saved ---

  const edit = byId("edit");
  if (edit) {
    let timer = 0;
    let count = 0;
    const show = async () => {
      const own = ++count;
      const answer = await fetch(edit.dataset.draft, { method: "POST", body: new FormData(edit), redirect: "manual" });
      if (answer.type === "opaqueredirect") return locked();
      if (!answer.ok || own !== count) return undefined;
      const page = parsed(await answer.text());
      for (const id of ["draft", "preview"]) byId(id).replaceWith(document.adoptNode(page.getElementById(id)));
      return undefined;
    };
    edit.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 350); });
  }

  // --- what can be taken back is offered for a moment, and for longer to whoever is about to use it ---

  const offer = byId("offer");
  if (offer) {
    const end = () => { if (offer.matches(":hover, :focus-within")) setTimeout(end, 2000); else offer.remove(); };
    setTimeout(end, 1000 * Number(offer.dataset.seconds));
  }

  // --- a schedule that is dropped on the page ---

  const file = byId("file");
  if (file) {
    addEventListener("dragover", (event) => { event.preventDefault(); body.classList.add("dropping"); });
    addEventListener("dragleave", (event) => { if (!event.relatedTarget) body.classList.remove("dropping"); });
    addEventListener("drop", (event) => {
      event.preventDefault();
      body.classList.remove("dropping");
      if (event.dataTransfer.files.length === 1) {
        file.files = event.dataTransfer.files;
        byId("load").requestSubmit();
      }
    });
  }

  // --- keys ---

  const links = () => [...document.querySelectorAll("tbody[data-key] a.who")];
  const currentRow = () => document.activeElement.closest("tbody[data-key]") || document.querySelector("tbody.selected");
  const move = (step) => {
    const all = links();
    const row = currentRow();
    const place = row ? all.indexOf(row.querySelector("a.who")) : -1;
    all[Math.min(Math.max(place + step, 0), all.length - 1)]?.focus();
  };
  const press = (name) => {
    const target = currentRow()?.querySelector(`[data-shortcut="${name}"]`)
      || document.querySelector(`#details [data-shortcut="${name}"]`);
    target?.click();
  };
  const open = (name) => document.querySelector(`[data-shortcut="${name}"]`)?.click();
  const keys = {
    "/": () => byId("sought")?.focus(),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    p: () => press("p"),
    P: () => open("all"),
    e: () => {
      const row = currentRow();
      if (row && row.classList.contains("selected")) byId("f-patient_name")?.focus();
      else row?.querySelector("a.who").click();
    },
    d: () => press("d"),
    n: () => open("n"),
    u: () => open("u"),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.key.toLowerCase() === "l" && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      open("lock");
      return;
    }
    if (event.key === "Escape" && document.activeElement.id === "sought") { document.activeElement.blur(); return; }
    if (event.ctrlKey || event.altKey || event.metaKey || body.dataset.shortcuts === "off") return;
    if (isTyping(event.target) || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  // A click sends a form once: what is sent twice is refused anyway, but with a message that helps nobody.
  addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
  });

  // Where the details are below the visits, go to them.
  if (location.hash.startsWith("#who-") && edit && matchMedia("(max-width: 62rem)").matches) {
    byId("details").scrollIntoView();
    byId("details").focus({ preventScroll: true });
  }

  // --- after five idle minutes, and when the browser brings back an old page, nobody's name is left in it ---

  if (body.dataset.locked) {
    let idle = setTimeout(locked, IDLE);
    for (const kind of ["keydown", "pointerdown", "input"]) {
      addEventListener(kind, () => { clearTimeout(idle); idle = setTimeout(locked, IDLE); }, { passive: true });
    }
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }
})();
