// Grids by keyboard, drafts kept on this machine, and boxes ticked together. Pages work without any of it.
"use strict";

// ---- A grid of points: up, down and Enter go by the column; Tab by the row, as everywhere.
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.matches?.(".grid input.points") || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" || event.key === "Enter" ? 1 : 0;
  if (!step) return;
  event.preventDefault();
  const cell = field.closest("td"), row = cell.parentElement;
  const next = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  const other = next?.cells[cell.cellIndex]?.querySelector("input.points");
  if (other) { other.focus(); other.select(); }
  else if (event.key === "Enter") field.form.querySelector("#basis")?.focus();
});

// ---- A draft of a sitting, kept in this browser until it is sent or dropped.
addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const key = `${form.dataset.draft} ${location.search}`, said = form.querySelector(".draft");
  const workers = [...form.querySelectorAll("input[name=nguoi]")].map((one) => one.value);
  const fields = () => [...form.querySelectorAll("input.points, #basis, #on")];
  const name = (field) => field.name.replace(/^o-(\d+)-/, (_whole, place) => `${workers[place - 1]} `);
  const at = (time) => new Date(time).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });

  function tell(words, time) {
    if (said.textContent.startsWith(`${words} ${at(time)}. `)) return;  // it is read aloud, and not after every cell
    said.textContent = `${words} ${at(time)}. `;
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "plain";
    drop.textContent = form.dataset.drop;
    drop.addEventListener("click", () => {
      localStorage.removeItem(key);
      for (const field of fields()) field.value = "";
      said.textContent = "";
    });
    said.append(drop);
  }

  let kept = null;
  try { kept = JSON.parse(localStorage.getItem(key)); } catch { /* a draft that cannot be read is none */ }
  const fresh = !form.querySelector("[aria-invalid]") && fields().every((field) => !field.value);
  if (kept && document.querySelector(".note.done")) localStorage.removeItem(key);
  else if (kept && fresh) {
    for (const field of fields()) if (kept.values[name(field)]) field.value = kept.values[name(field)];
    if (fields().some((field) => field.value)) tell(form.dataset.found, kept.at);
  }

  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const values = Object.fromEntries(fields().filter((one) => one.value).map((one) => [name(one), one.value]));
      const now = Date.now();
      try { localStorage.setItem(key, JSON.stringify({ at: now, values })); tell(form.dataset.kept, now); } catch { /* full */ }
    }, 600);
  });
});

// ---- Boxes ticked together: one for the page, and how many there are.
function gather() {
  for (const form of document.querySelectorAll("form.batch")) {
    const boxes = [...form.querySelectorAll("input[name=nguoi][type=checkbox]")];
    const said = form.querySelector(".chosen");
    if (!boxes.length || !said || form.querySelector(".pick-all")) continue;
    const all = document.createElement("input"), label = document.createElement("label");
    all.type = "checkbox";
    label.className = "pick-all";
    label.append(all, said.dataset.page);
    form.prepend(label);
    const count = () => {
      const chosen = boxes.filter((box) => box.checked).length;
      all.checked = chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
      said.textContent = chosen ? `${said.dataset.words} ${chosen}/${boxes.length}` : "";
    };
    all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; count(); });
    form.addEventListener("change", (event) => { if (boxes.includes(event.target)) count(); });
    count();
  }
}
addEventListener("DOMContentLoaded", gather);
document.addEventListener("htmx:afterSwap", gather);
