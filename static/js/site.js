/* What pages do beyond plain HTML. Every page works without this file; nothing here decides or hides anything. */
(() => {
  "use strict";

  const find = (selector, root = document) => root.querySelector(selector);
  const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* ---- focus and announcements ------------------------------------------------------------------------------- */

  const announce = (sentence) => {
    const node = find("#announcer");
    if (!node || !sentence) return;
    node.textContent = "";
    window.setTimeout(() => { node.textContent = sentence; }, 60);
  };

  const focusOn = (element) => {
    if (!element) return;
    if (!element.matches("a[href], button, input, select, textarea, summary, [tabindex]")) {
      element.setAttribute("tabindex", "-1");
    }
    element.focus();
  };

  /* After a swap the focus would fall to <body>: give it to what asks for it, else to the part that was swapped in. */
  const settleFocus = (part) => {
    const asked = part.matches("[data-focus]") ? part : find("[data-focus], [autofocus]", part);
    if (asked) {
      asked.removeAttribute("data-focus"); /* asked for once: a form that later swaps leave in place must not ask again */
      return focusOn(asked);
    }
    const lost = !document.activeElement || document.activeElement === document.body;
    if (lost) focusOn(find("h1, h2, h3, legend", part) || part);
  };

  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.elt;
    if (!(part instanceof Element) || !part.isConnected) return;
    if (part.hasAttribute("data-quiet")) return; /* swapped in beside the part that was asked for */
    settleFocus(part);
    const spoken = part.matches("[data-announce]") ? part : find("[data-announce]", part);
    announce(spoken && spoken.dataset.announce);
    startCounters(part);
  });

  /* An answer may also carry `HX-Trigger: {"announce": "sentence"}`. */
  document.addEventListener("announce", (event) => announce(event.detail && event.detail.value));

  /* A refusal (403, or 503 of the store of files) never replaces the part that was meant: it is said on top of the page. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const isKept = event.detail.xhr.status === 503 && event.detail.serverResponse.includes('id="refusal"');
    if (event.detail.xhr.status !== 403 && !isKept) return;
    const place = find("#refusals");
    if (!place) return;
    event.detail.target = place;
    event.detail.swapOverride = "innerHTML";
    if (event.detail.serverResponse.includes('id="refusal"')) event.detail.selectOverride = "#refusal";
  });

  /* Whoever signed in again in another tab goes on here: the forms of this page get the token of that sign-in. */
  const renewTokens = (panel) => {
    const fresh = find("[name=csrfmiddlewaretoken]", panel).value;
    findAll("input[name=csrfmiddlewaretoken]").forEach((input) => { input.value = fresh; });
    document.body.setAttribute("data-hx-headers", JSON.stringify({ "X-CSRFToken": fresh }));
    panel.remove();
    document.dispatchEvent(new CustomEvent("tokens-renewed"));
  };

  document.addEventListener("htmx:sendError", () => {
    announce(document.body.dataset.offline);
  });

  /* ---- forms ------------------------------------------------------------------------------------------------- */

  const count = (input) => {
    const shown = document.getElementById(input.dataset.counter);
    if (!shown) return;
    const limit = Number(shown.dataset.limit);
    find("[data-used]", shown).textContent = String(input.value.length);
    shown.classList.toggle("over-limit", input.value.length > limit);
  };

  const startCounters = (root) => findAll("[data-counter]", root).forEach(count);

  document.addEventListener("input", (event) => {
    const input = event.target;
    if (input.dataset && input.dataset.counter) count(input);
    if (input.dataset && input.dataset.narrows) narrow(input);
  });

  /* <input data-narrows="id"> hides the choices of that group that do not hold its words. */
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();
  const narrow = (input) => {
    const group = document.getElementById(input.dataset.narrows);
    if (!group) return;
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    findAll(".tick", group).forEach((row) => {
      const box = find("input", row);
      const text = fold(row.textContent);
      row.hidden = !(box && box.checked) && !words.every((word) => text.includes(word));
    });
  };

  /* <select data-submits> sends its form; its button stays for readers without script. */
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-submits]")) event.target.form.requestSubmit();
  });

  /* ---- presses ----------------------------------------------------------------------------------------------- */

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    if (target.closest("[aria-disabled=true]")) event.preventDefault();
    if (target.closest("[data-renews]")) renewTokens(target.closest("#refusal"));
    const close = target.closest("[data-dismiss]");
    if (close) close.parentElement.remove();
    const link = target.closest(".errsum a[href^='#']");
    if (link) {
      const field = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (field) { event.preventDefault(); focusOn(field); field.scrollIntoView({ block: "center" }); }
    }
    findAll("details.drop[open], details.menu[open]").forEach((menu) => {
      if (!menu.contains(target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target instanceof Element && event.target.closest("details.drop[open], details.menu[open]");
    if (menu) { menu.open = false; find("summary", menu).focus(); }
  });

  /* ---- start ------------------------------------------------------------------------------------------------- */

  const start = () => {
    const summary = find(".errsum[data-focus]") || find("main [data-focus]");
    if (summary) focusOn(summary);
    startCounters(document);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
