// Renews the page of a preview as soon as there is something new, and lets the reader stay where they are. Without it,
// a reload does the same. Nothing is stored in the browser.
"use strict";

(() => {
  const body = document.body;
  const byId = (id, page = document) => page.getElementById(id);
  const pause = (time) => new Promise((go) => {
    const proceed = () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", proceed);
      go();
    };
    const timer = setTimeout(proceed, time);
    document.addEventListener("visibilitychange", proceed);
  });

  const swap = (id, page) => {
    const before = byId(id);
    const after = byId(id, page);
    if (before.outerHTML === after.outerHTML) return;
    const hadFocus = before.contains(document.activeElement);
    before.replaceWith(document.adoptNode(after));
    if (hadFocus) (after.matches("[tabindex]") ? after : after.querySelector("a") || byId("paper")).focus({ preventScroll: true });
  };

  // A picture keeps its place, and shows the earlier page until the newer one is there; not so with a visit, whose earlier
  // page may be another patient's.
  const swapPages = (page) => {
    const hasPatients = body.dataset.visit || page.body.dataset.visit;
    const [before, after] = [byId("pages"), byId("pages", page)];
    if (before.outerHTML === after.outerHTML) return;
    const shown = [...before.querySelectorAll("figure")];
    const fresh = [...after.querySelectorAll("figure")];
    if (!shown.length || !fresh.length) { before.replaceWith(document.adoptNode(after)); return; }
    fresh.forEach((figure, place) => {
      if (!shown[place]) { before.append(document.adoptNode(figure)); return; }
      const [old, now] = [shown[place].querySelector("img"), figure.querySelector("img")];
      if (hasPatients && old.getAttribute("src") !== now.getAttribute("src")) old.replaceWith(document.adoptNode(now));
      else for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
      shown[place].querySelector("figcaption").textContent = figure.querySelector("figcaption").textContent;
    });
    shown.slice(fresh.length).forEach((figure) => figure.remove());
    before.className = after.className;
    before.dataset.paper = after.dataset.paper;
  };

  // Another preview answers at this address, so what is on the page is of one that has ended.
  class Replaced extends Error {}

  const figures = () => [...document.querySelectorAll("#pages figure")];
  const inView = () => figures().find((one) => one.getBoundingClientRect().bottom > 0);

  // The numbers of the first and last page in view, of which the command draws new pictures first.
  const pagesInView = () => {
    const seen = figures().flatMap((one, place) => {
      const { top, bottom } = one.getBoundingClientRect();
      return bottom > 0 && top < innerHeight ? [place + 1] : [];
    });
    return seen.length ? `${seen[0]}/${seen.at(-1)}` : "";
  };

  const renew = async () => {
    const answer = await fetch("/", { cache: "no-store" });
    if (!answer.ok) throw new Error("ended");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (page.body.dataset.preview !== body.dataset.preview) throw new Replaced();
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

  // Say by one of two notes why nothing comes any more, or by none that all is well.
  const say = (id) => {
    for (const note of ["lost", "replaced"]) byId(note).hidden = note !== id;
    byId("state").hidden = Boolean(id); // it would say that the paper is up to date
    if (!id || byId("said").textContent === byId(id).textContent) return;
    byId("said").textContent = byId(id).textContent;
    if (body.dataset.visit || id === "replaced") { // nothing of a patient stays
      byId("pages").replaceChildren();
      byId("problems").querySelectorAll("ul").forEach((list) => list.remove());
      body.dataset.revision = "0";
    }
  };

  let sent = "1/1";
  const sendView = () => {
    const view = pagesInView();
    if (!view || view === sent) return;
    sent = view;
    fetch(`/view/${view}`, { cache: "no-store" }).catch(() => { sent = ""; });
  };
  let scrolled;
  addEventListener("scroll", () => { clearTimeout(scrolled); scrolled = setTimeout(sendView, 200); }, { passive: true });

  const follow = async () => {
    for (;;) {
      try {
        sendView();
        const asked = document.hidden ? 0 : body.dataset.revision; // of a hidden page, nobody waits for news
        const answer = await fetch(`/news/${asked}`, { cache: "no-store" });
        if (!answer.ok) throw new Error("ended");
        const news = await answer.json();
        if (news.has_ended) throw new Error("ended");
        if (news.preview !== body.dataset.preview) throw new Replaced();
        if (String(news.revision) !== body.dataset.revision) await renew();
        say();
        if (document.hidden) await pause(3000); else if (!news.waits) await pause(1000);
      } catch (error) {
        say(error instanceof Replaced ? "replaced" : "lost");
        if (error instanceof Replaced) return;
        await pause(2000);
      }
    }
  };

  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  follow();
})();
