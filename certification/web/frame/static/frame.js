// What makes pages better where scripts run; every page works without.
"use strict";

// A button pressed twice sends once. The server sees to it as well.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  const left = form.querySelector("[data-left-out]");
  if (form.dataset.sent || left) event.preventDefault();
  if (left) { left.focus(); if (left.dataset.optional) delete left.dataset.leftOut; }
  if (event.defaultPrevented) return;
  form.dataset.sent = "1";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  setTimeout(() => letGo(form), 8000);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(letGo));
function letGo(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
}

// Another language beside a form takes along what stands in the form now; without scripts, what was sent.
document.addEventListener("submit", (event) => {
  const form = event.target.closest(".language") && document.querySelector("main form.form");
  if (!form) return;
  for (const one of event.target.querySelectorAll("textarea")) one.remove();
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string" || /^(_|password|secret)/.test(name)) continue;
    event.target.append(Object.assign(document.createElement("textarea"), { name, value, hidden: true }));
  }
}, true);

// A photograph of a phone is made smaller before it travels, without what the phone wrote beside it; what is no picture,
// or cannot be read as one, goes as it is. The form waits for it.
async function smaller(file) {
  if (!["image/jpeg", "image/png"].includes(file.type) || file.size < 1.5e6) return file;
  try {
    const picture = await createImageBitmap(file), canvas = document.createElement("canvas");
    const scale = Math.min(1, 2400 / Math.max(picture.width, picture.height));
    [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
    const drawn = canvas.getContext("2d");
    drawn.fillStyle = "#fff";
    drawn.fillRect(0, 0, canvas.width, canvas.height);
    drawn.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (!made || made.size >= file.size) return file;
    return new File([made], `${file.name.replace(/\.[^.]*$/, "")}.jpg`, { type: made.type });
  } catch { return file; }
}
const shrinking = new Map();
document.addEventListener("change", (event) => {
  const field = event.target;
  if (!field.dataset || !field.dataset.mostBytes) return;
  const chosen = [...field.files];
  const done = Promise.all(chosen.map(smaller)).then((made) => {
    if (shrinking.get(field) !== done) return;
    shrinking.delete(field);
    if (made.some((one, place) => one !== chosen[place])) {
      const files = new DataTransfer();
      made.forEach((one) => files.items.add(one));
      field.files = files.files;
    }
    tellTooLarge(field);
  });
  shrinking.set(field, done);
});
document.addEventListener("submit", (event) => {
  const waiting = [...shrinking].filter(([field]) => field.form === event.target).map(([, done]) => done);
  if (!waiting.length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  Promise.all(waiting).then(() => event.target.requestSubmit(event.submitter));
}, true);

// A file that is too large is told before it travels. The form waits until another is chosen; where none need be, until
// it is sent once more.
function tellTooLarge(field) {
  const id = `${field.id}-loi`;
  const told = (field.getAttribute("aria-describedby") || "").split(/\s+/).filter((one) => one && one !== id);
  document.getElementById(id)?.remove();
  const tooLarge = [...field.files].find((file) => file.size > Number(field.dataset.mostBytes));
  delete field.dataset.leftOut;
  field.setAttribute("aria-describedby", [...told, ...(tooLarge ? [id] : [])].join(" "));
  if (!tooLarge) return;
  field.value = "";
  field.dataset.leftOut = "1";
  const size = `${(Math.ceil(tooLarge.size / 1e5) / 10).toLocaleString(document.documentElement.lang)} MB`;
  const words = field.dataset.tooLarge.replace("{size}", size).replace("{name}", () => tooLarge.name);
  const said = Object.assign(document.createElement("p"), { id, className: "fault", textContent: words });
  said.setAttribute("role", "alert");
  field.before(said);
}

// The summary of faults takes the focus; a link in it leads to its field, the first option of a group.
addEventListener("DOMContentLoaded", () => document.querySelector(".summary")?.focus());

// The session has ended while a part of the page was asked for: the whole page goes, and leads through signing in.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, elt } = event.detail;
  const ended = xhr.status === 401 || new URL(xhr.responseURL || location.href).pathname === "/dang-nhap";
  if (!ended) return;
  event.preventDefault();
  const form = elt.closest("form[method=post]");
  if (form && xhr.status === 401) form.requestSubmit(elt.matches("button") ? elt : null);
  else location.reload();
});

// What a part of the page that was fetched anew says (its data-said; else how many rows it has) is said by one region that
// stays: nobody hears a region that comes together with its words. Progress is said every ten seconds at most.
{
  const clean = (one) => one.textContent.replace(/\s+/g, " ").trim();
  let before = "", when = 0;
  const say = (words) => {
    const region = document.getElementById("noi-len");
    if (!region || !words) return;
    [before, when] = [words, Date.now()];
    region.textContent = "";
    setTimeout(() => { region.textContent = words; }, 100);
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.target, told = [...part.querySelectorAll("[data-said]")].map(clean);
    const rows = part.querySelectorAll("tbody tr").length, empty = part.querySelector(".empty p");
    const listed = rows ? document.getElementById("noi-len")?.dataset.rows.replace("{count}", rows) : empty && clean(empty);
    const words = told.join(". ") || listed, again = part.matches("[hx-trigger^=every]");
    if (again && (words === before || (part.querySelector("progress") && Date.now() - when < 10000))) return;
    say(words);
  });
  // What was just done is said as well where the page is read from its top.
  addEventListener("DOMContentLoaded", () => setTimeout(() => say([...document.querySelectorAll("main > .note[role=status] > p")].map(clean).join(". ")), 400));
}

// What is announced as a button is pressed by the space bar, too.
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || !event.target.matches?.("a[role=button]")) return;
  event.preventDefault();
  event.target.click();
});

// A file dropped anywhere on the form is the file of its field.
for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, (event) => {
  const form = event.target.closest?.("form[data-drop]");
  if (!form || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  form.classList.toggle("over", kind === "dragover");
  if (kind !== "drop") return;
  const field = form.elements[form.dataset.drop];
  field.files = event.dataTransfer.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
});

// A page that is meant to be paper has a button for it.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
