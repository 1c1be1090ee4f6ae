/* Stages are put elsewhere with the mouse, by their number. The buttons up and down do the same without this file. */
(() => {
  "use strict";

  let dragged = null;

  const rows = () => [...document.querySelectorAll("#stages > li[id]")].filter((row) => row.querySelector("[data-moves]") || row.matches(".editing, [data-hx-preserve]"));
  const form = (row) => row.querySelector("form[data-moves]");

  const start = () => document.querySelectorAll("#stages > li form[data-moves]").forEach((move) => {
    const handle = move.closest("li").querySelector(".num");
    handle.draggable = true;
    handle.dataset.handle = "";
  });

  const unmark = () => document.querySelectorAll("#stages > li[data-drop]").forEach((row) => { delete row.dataset.drop; });

  /* The row under the mouse, and whether the stage would go before or after it. */
  const spot = (event) => {
    const row = event.target instanceof Element && event.target.closest("#stages > li[id]");
    if (!row || !rows().includes(row)) return null;
    const box = row.getBoundingClientRect();
    return { row, side: event.clientY < box.top + box.height / 2 ? "before" : "after" };
  };

  document.addEventListener("dragstart", (event) => {
    const handle = event.target instanceof Element && event.target.closest("[data-handle]");
    if (!handle) return;
    dragged = handle.closest("li");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(dragged, 16, 16);
  });

  document.addEventListener("dragover", (event) => {
    if (!dragged) return;
    const found = spot(event);
    unmark();
    if (!found) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    if (found.row !== dragged) found.row.dataset.drop = found.side;
  });

  document.addEventListener("drop", (event) => {
    if (!dragged) return;
    const found = spot(event);
    if (!found) return;
    event.preventDefault();
    const move = form(dragged);
    const others = rows().filter((row) => row !== dragged);
    if (found.row === dragged || !move) return;
    const place = document.createElement("input");
    place.type = "hidden";
    place.name = "place";
    place.value = String(others.indexOf(found.row) + (found.side === "before" ? 1 : 2));
    move.append(place);
    move.requestSubmit();
    place.remove();
  });

  document.addEventListener("dragend", () => { dragged = null; unmark(); });

  document.addEventListener("htmx:afterSettle", start);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
