// Small comforts; every page reads and sends without them.
(() => {
  const DOWNLOAD = 8_000, PAGE = 60_000; // ms: no page follows a download, so it is let go again
  const held = new Map();
  const release = (one) => { held.get(one)?.(); held.delete(one); };
  const hold = (one, shown, ms) => { // says that it is at work, and is not sent twice meanwhile
    const was = shown && [...shown.childNodes];
    one.ariaBusy = "true";
    if (shown) { shown.ariaDisabled = "true"; shown.replaceChildren(document.body.dataset.working); }
    const timer = setTimeout(release, ms, one);
    held.set(one, () => {
      clearTimeout(timer);
      one.ariaBusy = null;
      if (shown) { shown.ariaDisabled = null; shown.replaceChildren(...was); }
    });
  };
  addEventListener("submit", (event) => {
    const form = event.target;
    if (held.has(form)) return event.preventDefault();
    hold(form, event.submitter ?? form.querySelector("button"), "download" in form.dataset ? DOWNLOAD : PAGE);
  });
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a");
    if (link?.matches(".downloads a")) held.has(link) ? event.preventDefault() : hold(link, link, DOWNLOAD);
    if (!link?.dataset.choose) return;
    event.preventDefault();
    const ticks = link.closest("form").querySelectorAll(`input[name="${link.dataset.choose}"]`);
    ticks.forEach((tick) => { tick.checked = true; });
  });
  addEventListener("pageshow", () => [...held.keys()].forEach(release)); // back from another page
})();
