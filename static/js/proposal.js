/* The guided proposal saves itself while one writes. Without this file it is saved by its buttons. */
(() => {
  "use strict";

  const form = () => document.getElementById("step-form");
  const saver = () => document.getElementById("autosave");
  const saved = () => document.getElementById("saved");
  const hasConflict = () => Boolean(document.querySelector("#conflict .conflict"));

  let changed = false;       // something was typed since the last save
  let refused = false;       // the last autosave was refused: wait until something else is typed
  let inFlight = false;      // an autosave is under way
  let waiting = null;        // a press that waits for it

  const isSearch = (input) => input instanceof HTMLInputElement && input.type === "search";

  const touch = (event) => {
    const own = form();
    if (!own || !own.contains(event.target) || isSearch(event.target)) return;
    refused = false;
    if (!changed && saved()) saved().textContent = own.dataset.unsaved;
    changed = true;
  };
  document.addEventListener("input", touch);
  document.addEventListener("change", touch);

  const seconds = () => Number((form() && form().dataset.autosave) || 0);

  const save = () => {
    if (!changed || refused || inFlight || !saver() || hasConflict()) return;
    changed = false;
    inFlight = true;
    window.htmx.trigger(saver(), "autosave");
  };

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== saver()) return;
    inFlight = false;
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    if (status < 200 || status >= 300) { changed = true; refused = status >= 400; }
    if (waiting) {
      const [own, button] = waiting;
      waiting = null;
      own.requestSubmit(button);
    }
  });

  document.addEventListener("tokens-renewed", () => { refused = false; });

  /* A press on a saving button waits for the autosave that is under way, so that a form never conflicts with itself. */
  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    if (inFlight) {
      event.preventDefault();
      waiting = [event.target, event.submitter];
      return;
    }
    changed = false;
  });

  /* A form that came back from a small button holds text that is not stored. */
  document.addEventListener("htmx:afterSettle", (event) => {
    const own = form();
    if (own && own.hasAttribute("data-changed") && event.target instanceof Element && event.target.closest("#step-form")) {
      changed = true;
      refused = false;
      if (saved()) saved().textContent = own.dataset.unsaved;
    }
  });

  /* Enter in a search box finds (it does so while one types); it does not save. */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && isSearch(event.target) && form() && form().contains(event.target)) event.preventDefault();
  });

  /* Leaving the page saves a draft; elsewhere the browser asks. */
  window.addEventListener("pagehide", () => {
    if (!changed || refused || !saver() || hasConflict()) return;
    const data = new FormData(form());
    data.set("autosave", "1");
    navigator.sendBeacon(form().action, data);
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed && form() && !saver()) event.preventDefault();
  });

  /* The field that a link of the check-list leads to on this page gets the focus. */
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("#checks a[href*='#'], #saved a[href^='#']");
    if (!link) return;
    const url = new URL(link.href);
    if (url.pathname !== window.location.pathname) return;
    const field = document.getElementById(decodeURIComponent(url.hash.slice(1)));
    if (field) { event.preventDefault(); field.focus(); field.scrollIntoView({ block: "center" }); }
  });

  const start = () => {
    changed = Boolean(form() && form().hasAttribute("data-changed"));
    if (seconds()) window.setInterval(save, seconds() * 1000);
    const target = window.location.hash && document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    if (target) target.focus();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
