/* The calendar button beside a day. The day itself is a text input (community.forms.dates) and needs none of this. */
(() => {
  "use strict";

  if (!("showPicker" in HTMLInputElement.prototype)) return;

  /* "12 May 2026": day, month and year in this order in every language, which the server reads. */
  const inWords = (iso) => {
    const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
    const parts = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" })
      .formatToParts(new Date(`${iso}T00:00:00Z`));
    const value = (type) => parts.find((part) => part.type === type).value;
    return `${value("day")} ${value("month")} ${value("year")}`;
  };

  const start = (root) => root.querySelectorAll("[data-day-button]").forEach((button) => {
    button.hidden = false;
    button.parentElement.querySelector("[data-day-native]").hidden = false;
    const text = button.parentElement.querySelector("[data-day]");
    const label = text.labels && text.labels[0];
    const words = button.querySelector(".visually-hidden");
    if (label && !words.dataset.named) {
      words.dataset.named = "1";
      words.textContent = `${words.textContent}: ${label.firstChild.textContent.trim()}`;
    }
  });

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-day-button]");
    if (button) button.parentElement.querySelector("[data-day-native]").showPicker();
  });

  document.addEventListener("change", (event) => {
    if (!(event.target instanceof Element) || !event.target.matches("[data-day-native]")) return;
    event.stopPropagation();
    const text = event.target.parentElement.querySelector("[data-day]");
    text.value = event.target.value ? inWords(event.target.value) : "";
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.dispatchEvent(new Event("change", { bubbles: true }));
    text.focus();
  });

  document.addEventListener("htmx:afterSettle", (event) => start(event.target));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => start(document));
  else start(document);
})();
