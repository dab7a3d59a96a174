// Renews the page of a preview as soon as there is something new, and lets the reader stay where they are. Without it,
// a reload does the same. Nothing is stored in the browser.
"use strict";

(() => {
  const body = document.body;
  const byId = (id, page = document) => page.getElementById(id);
  const pause = (time) => new Promise((go) => {
    setTimeout(go, time);
    document.addEventListener("visibilitychange", go, { once: true });
  });

  const swap = (id, page) => {
    const before = byId(id);
    const after = byId(id, page);
    if (before.outerHTML === after.outerHTML) return;
    const hadFocus = before.contains(document.activeElement);
    before.replaceWith(document.adoptNode(after));
    if (hadFocus) (after.matches("[tabindex]") ? after : after.querySelector("a") || byId("paper")).focus({ preventScroll: true });
  };

  // A picture keeps its place, and shows the earlier page until the newer one is there.
  const swapPages = (page) => {
    const [before, after] = [byId("pages"), byId("pages", page)];
    if (before.outerHTML === after.outerHTML) return;
    const figures = [...before.querySelectorAll("figure")];
    const fresh = [...after.querySelectorAll("figure")];
    if (!figures.length || !fresh.length) { before.replaceWith(document.adoptNode(after)); return; }
    fresh.forEach((figure, place) => {
      if (!figures[place]) { before.append(document.adoptNode(figure)); return; }
      const [old, now] = [figures[place].querySelector("img"), figure.querySelector("img")];
      for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
      figures[place].querySelector("figcaption").textContent = figure.querySelector("figcaption").textContent;
    });
    figures.slice(fresh.length).forEach((figure) => figure.remove());
    before.className = after.className;
    before.dataset.paper = after.dataset.paper;
  };

  const inView = () => [...document.querySelectorAll("#pages figure")].find((one) => one.getBoundingClientRect().bottom > 0);

  const renew = async () => {
    const answer = await fetch("/", { cache: "no-store" });
    if (!answer.ok) throw new Error("ended");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const read = scrollY > 0 ? inView() : null;
    const top = read?.getBoundingClientRect().top;
    for (const id of ["about", "state", "problems"]) swap(id, page);
    swapPages(page);
    if (read?.isConnected) scrollBy(0, read.getBoundingClientRect().top - top);
    document.title = page.title;
    if (page.body.dataset.visit) body.dataset.visit = "yes"; else delete body.dataset.visit;
    body.dataset.revision = page.body.dataset.revision;
    const said = `${byId("status").textContent} ${byId("counts").textContent}.`;
    if (!byId("working") && byId("said").textContent !== said) byId("said").textContent = said;
  };

  const isLost = (lost) => {
    byId("lost").hidden = !lost;
    if (!lost || byId("said").textContent === byId("lost").textContent) return;
    byId("said").textContent = byId("lost").textContent;
    if (body.dataset.visit) { // nothing of a patient stays
      byId("pages").replaceChildren();
      byId("problems").querySelectorAll("ul").forEach((list) => list.remove());
      body.dataset.revision = "0";
    }
  };

  const follow = async () => {
    for (;;) {
      try {
        const asked = document.hidden ? 0 : body.dataset.revision; // of a hidden page, nobody waits for news
        const answer = await fetch(`/news/${asked}`, { cache: "no-store" });
        if (!answer.ok) throw new Error("ended");
        const news = await answer.json();
        if (news.has_ended) throw new Error("ended");
        if (String(news.revision) !== body.dataset.revision) await renew();
        isLost(false);
        if (document.hidden) await pause(3000); else if (!news.waits) await pause(1000);
      } catch {
        isLost(true);
        await pause(2000);
      }
    }
  };

  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  follow();
})();
