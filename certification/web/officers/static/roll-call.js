// The list to tick: each tick is sent by itself; without a network it waits in this browser and goes later, once.
"use strict";

const form = document.getElementById("danh-dau");
if (form) begin();

function begin() {
  document.documentElement.classList.add("script");
  const status = document.getElementById("tinh-trang");
  const said = status.dataset;
  const search = document.getElementById("tim");
  const key = `diem-danh:${form.dataset.account}:${form.dataset.rollCall}`;
  const rows = new Map([...form.querySelectorAll("li")].map((row) => [row.querySelector("input").value, row]));
  let tell = "";

  // What waits: [{id, worker, at}], with the moment of this device, of which only the age is sent.
  const queue = new Waiting(key, send);
  const waiting = () => queue.items();
  const time = (moment) => new Date(moment).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });

  function show(worker, className, words, present) {
    const row = rows.get(worker);
    if (!row) return;
    const box = row.querySelector("input");
    row.className = className;
    row.querySelector(".since").textContent = words;
    box.checked = className !== "refused";
    box.disabled = present;
  }

  function say(words) { if (status.textContent !== words) status.textContent = words; }

  function offline(words) {
    const count = waiting().length;
    say(count ? words.replace("{0}", count) : "");
  }

  async function send(items) {
    const ticks = items.map((one) => ({ id: one.id, worker: one.worker, seconds_ago: Waiting.ago(one) }));
    try {
      const answer = await fetch(form.dataset.send, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ticks }) });
      if (answer.status === 401 || answer.status === 403) { offline(said.signedOut); return []; }
      if (!answer.ok) { offline(said.waiting); return []; }
      const done = await answer.json();
      const refused = done.items.filter((one) => one.refusal);
      for (const one of done.items) show(one.worker, one.refusal ? "refused" : "", one.refusal ? "!" : time(one.present), !one.refusal);
      document.getElementById("so-nguoi").textContent = done.count.toLocaleString("vi-VN");
      tell = refused.length ? `${said.refused} ${refused[0].worker}: ${refused[0].refusal}` : said.allSent;
      const settled = done.items.map((one) => one.id);
      if (waiting().every((one) => settled.includes(one.id))) say(tell);
      return settled;
    } catch { offline(said.waiting); return []; }
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    const box = event.target;
    const others = waiting().filter((one) => one.worker !== box.value);
    tell = "";
    say("");
    if (box.checked) {
      queue.keep([...others, { id: Waiting.id(), worker: box.value, at: Date.now() }]);
      show(box.value, "waiting", "…", false);
    } else {
      queue.keep(others);
      show(box.value, "", "", false);
      box.checked = false;
    }
    queue.flush();
  });

  const fold = (text) => text.normalize("NFC").toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d").replace(/[^a-z0-9]+/g, "");
  let filtering = 0;
  search.addEventListener("input", (event) => {
    if (event.isComposing) return;
    clearTimeout(filtering);
    filtering = setTimeout(filter, 200);
  });
  function filter() {
    const wanted = fold(search.value);
    let shown = 0;
    for (const row of rows.values()) { row.hidden = !fold(row.dataset.find).includes(wanted); shown += row.hidden ? 0 : 1; }
    if (wanted) say(said.shown.replace("{0}", shown)); else say(tell);
  }
  document.getElementById("loc").addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(filtering);
    filter();
    const wanted = fold(search.value);
    const open = [...rows.values()].filter((row) => !row.hidden && !row.querySelector("input").checked);
    const named = open.filter((row) => fold(row.querySelector("input").value) === wanted);  // a whole number is one person
    const left = named.length ? named : open;
    if (!search.value.trim() || left.length !== 1) return;
    left[0].querySelector("input").click();
    search.value = "";
    filter();
    search.focus();
  });

  for (const one of waiting()) show(one.worker, "waiting", "…", false);
  queue.start();
  Waiting.offline(form.dataset.offline, location.pathname);
}

// The screen at the gate stays on.
async function stayAwake() {
  if (document.querySelector("[data-keep-awake]") && document.visibilityState === "visible") {
    try { await navigator.wakeLock?.request("screen"); } catch { /* the browser decides */ }
  }
}
document.addEventListener("visibilitychange", stayAwake);
stayAwake();

// Seconds until the code changes; then it is fetched at once.
setInterval(() => {
  const left = document.querySelector("[data-countdown]");
  if (!left) return;
  const seconds = Math.max(0, Number(left.dataset.countdown) - 1);
  left.dataset.countdown = seconds;
  left.textContent = left.textContent.replace(/\d+/, seconds);
  if (seconds === 0 && window.htmx) htmx.ajax("GET", location.pathname, { target: "#man-hinh", select: "#man-hinh", swap: "outerHTML" });
}, 1000);
